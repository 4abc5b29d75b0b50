import type { HostInput } from '@fairlead/remote';
import { expect } from 'vitest';
import type { Host } from './prepared.ts';

/**
 * Runs the installed host program with one of its functions replaced by SIGKILL of itself, and has it apply a file: the
 * process dies at that very point, with the real files, locks and Nginx. `name` may be `os.rename:2`, its second call.
 */
export async function crashAt(
  host: Host,
  module: string,
  name: string,
  file: HostInput<'nginx.apply'>['files'][number],
): Promise<void> {
  const request = { id: 'crash', verb: 'nginx.apply', fence: host.fence, input: { files: [file] } };
  const outcome = await host.machine.exec(['python3', '-IS', '-c', program, module, name], {
    input: `${JSON.stringify(request)}\n`,
    timeoutMs: 60_000,
  });
  expect(outcome.stdout, 'the host program was to be killed').toBe('');
  expect(outcome.code).toBeGreaterThanOrEqual(128);
}

const program = `
import importlib, os, re, signal, sys
entry = open("/usr/lib/fairlead/host").read()
sys.path.insert(0, re.search(r'"(/usr/lib/fairlead/[0-9a-f]+)"', entry)[1])
module = importlib.import_module("fairlead_host.nginx." + sys.argv[1])
path, _, count = sys.argv[2].partition(":")
owner, _, name = path.rpartition(".")
target = getattr(module, owner) if owner else module
original, calls = getattr(target, name), int(count or 1)
def die(*arguments, **named):
    global calls
    calls -= 1
    if calls == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **named)
from fairlead_host.channel import Channel
original_begin = importlib.import_module("fairlead_host.nginx.journal").begin
def begin(*arguments):
    entry = original_begin(*arguments)
    setattr(target, name, die)
    return entry
importlib.import_module("fairlead_host.nginx.journal").begin = begin
Channel(0, 1).serve()
`;
