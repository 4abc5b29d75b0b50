import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppError, Secret } from '@fairlead/errors';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createKeyPair } from '../key-pair.ts';
import { startTestServer, type TestServer } from '../ssh-server.fixture.ts';
import type { AnsibleEvent } from './events.ts';
import { type PlaybookRun, runPlaybook } from './run-playbook.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-plays-'));
  mkdirSync(join(folder, 'playbooks'));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const tasks = (list: unknown[]) => {
  const playbook = join(folder, 'playbooks', `${Math.random()}.yml`);
  writeFileSync(
    playbook,
    JSON.stringify([{ name: 'Prepare', hosts: 'all', gather_facts: false, tasks: list }]),
  );
  return playbook;
};
const run = (list: unknown[], more: Partial<PlaybookRun> = {}) =>
  runPlaybook({ playbook: tasks(list), target: server.target(), ...more });
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have failed'),
    (error: AppError) => error,
  );
const fail = (msg: string) => run([{ name: 'Do it', 'ansible.builtin.fail': { msg } }]);
const leftovers = () =>
  ['/dev/shm', tmpdir()]
    .flatMap((root) => (existsSync(root) ? readdirSync(root) : []))
    .filter((name) => name.startsWith(`fl-${process.pid}-`));

test('reports every task as it happens and counts the outcomes', { timeout: 60_000 }, async () => {
  const events: AnsibleEvent[] = [];
  const result = await run(
    [
      { name: 'Look', 'ansible.builtin.command': 'true', changed_when: false },
      { name: 'Write', 'ansible.builtin.copy': { dest: join(folder, 'made'), content: '{{ text }}' } },
      { name: 'Not now', 'ansible.builtin.command': 'false', when: false },
      { name: 'May fail', 'ansible.builtin.command': 'false', changed_when: false, ignore_errors: true },
    ],
    { vars: { text: 'hello' }, onEvent: (event) => events.push(event) },
  );
  expect(result).toMatchObject({ failed: 0, changed: 1 });
  const seen = events.map((event) =>
    event.event === 'task' ? `${event.task}: ${event.status}` : event.name,
  );
  expect(seen).toEqual([
    'Prepare',
    ...['Look: started', 'Look: ok', 'Write: started', 'Write: changed'],
    ...['Not now: started', 'Not now: skipped', 'May fail: started', 'May fail: failed'],
  ]);
  expect(readFileSync(join(folder, 'made'), 'utf8')).toBe('hello');
  expect(leftovers()).toEqual([]);
});

test('a template in a value is written as it is, and runs nowhere', { timeout: 60_000 }, async () => {
  const canary = join(folder, 'canary');
  const hostile = `{{ lookup('pipe', 'touch ${canary}') }}{% for x in [1] %}`;
  await run(
    [
      {
        name: 'Write',
        'ansible.builtin.copy': { dest: join(folder, 'inert'), content: '{{ app.names[0] }}' },
      },
    ],
    {
      vars: { app: { names: [hostile] } },
    },
  );
  expect(readFileSync(join(folder, 'inert'), 'utf8')).toBe(hostile);
  expect(existsSync(canary)).toBe(false);
  const refused: NonNullable<PlaybookRun['vars']>[] = [
    { 'a b': 'x' },
    { ok: { '{{ x }}': 'y' } },
    { ok: { __ansible_unsafe: 'y' } },
  ];
  for (const vars of refused) {
    expect((await failure(run([], { vars }))).code).toBe('invalid-input');
  }
});

test('a failed task names itself and its message; a hidden one says nothing', {
  timeout: 60_000,
}, async () => {
  const error = await failure(fail('the reason'));
  expect(error).toMatchObject({
    code: 'ansible-failed',
    server: 'web-1',
    details: { task: 'Do it', message: 'the reason' },
  });
  const events: AnsibleEvent[] = [];
  const hidden = await failure(
    run([{ name: 'Secretly', no_log: true, 'ansible.builtin.fail': { msg: '{{ password }}' } }], {
      vars: { password: new Secret('hunter2') },
      onEvent: (event) => events.push(event),
    }),
  );
  expect(hidden.code).toBe('ansible-failed');
  expect(JSON.stringify([events, hidden, hidden.cause])).not.toContain('hunter2');
});

test('causes that have a remedy of their own get their own code', { timeout: 90_000 }, async () => {
  const lock =
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 812 (unattended-upgr)';
  expect(await failure(fail(lock))).toMatchObject({ code: 'package-lock-held', retryable: true });
  expect((await failure(fail('write error: No space left on device'))).code).toBe('disk-full');
  expect((await failure(fail('sudo: a password is required'))).code).toBe('sudo-missing');
});

test('an unreachable server says why', { timeout: 90_000 }, async () => {
  const ping = [{ name: 'Ping', 'ansible.builtin.ping': {} }];
  const stranger = createKeyPair('stranger');
  const cases: [Partial<PlaybookRun['target']>, string][] = [
    [{ hostKey: stranger.publicKey }, 'host-key-changed'],
    [{ hostKey: null }, 'host-key-unknown'],
    [{ privateKey: stranger.privateKey }, 'authentication-failed'],
    [{ port: 1 }, 'connection-refused'],
    [{ address: 'no.such.host.invalid' }, 'dns-failed'],
    [{ address: '-oProxyCommand=id' }, 'invalid-input'],
    [{ user: 'x\n  ProxyCommand id' }, 'invalid-input'],
  ];
  for (const [change, code] of cases) {
    expect((await failure(run(ping, { target: server.target(change) }))).code).toBe(code);
  }
});

test('goes through a jump host with its own pinned key', { timeout: 60_000 }, async () => {
  const inner = await startTestServer();
  const jump = server.target({ serverId: 'jump' });
  const before = server.seen.forwards;
  const result = await run([{ name: 'Ping', 'ansible.builtin.ping': {} }], {
    target: inner.target({ jump }),
  });
  expect(result).toEqual({ ok: 1, changed: 0, failed: 0 });
  expect(server.seen.forwards).toBeGreaterThan(before);
  const wrong = inner.target({ jump: { ...jump, hostKey: inner.hostKey } });
  expect((await failure(run([{ name: 'Ping', 'ansible.builtin.ping': {} }], { target: wrong }))).code).toBe(
    'host-key-changed',
  );
  await inner.close();
});

test('stops at once when cancelled, and leaves nothing behind', { timeout: 60_000 }, async () => {
  const abort = new AbortController();
  const started = vi.fn();
  const running = failure(
    run([{ name: 'Wait', 'ansible.builtin.command': 'sleep 30' }], {
      signal: abort.signal,
      onEvent: (event) => event.event === 'task' && abort.abort(started()),
    }),
  );
  expect((await running).code).toBe('cancelled');
  expect(started).toHaveBeenCalled();
  await vi.waitFor(() => expect(server.sessions).toBe(0), 5_000);
  expect(leftovers()).toEqual([]);
});

test('a broken playbook and a missing Ansible are told apart from a broken server', {
  timeout: 60_000,
}, async () => {
  const broken = await failure(run([{ name: 'Nonsense', no_such_module: {} }]));
  expect(broken.code).toBe('ansible-failed');
  expect(broken.message).toContain('could not run');
  const missing = await failure(run([], { ansiblePath: '/nowhere/ansible-playbook' }));
  expect(missing.message).toContain('cannot be started');
});
