import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Machine } from '@fairlead/lab';
import { renderBase, renderStreamBase } from '@fairlead/nginx';

const role = fileURLToPath(new URL('../roles/host', import.meta.url));
const packScript = `
import pathlib, runpy, sys
pack = runpy.run_path(sys.argv[1] + "/lookup_plugins/fairlead_host_archive.py")["pack"]
sys.stdout.buffer.write(pack(pathlib.Path(sys.argv[1]) / "files"))`;

let archive: Promise<Buffer> | undefined;

/** The host program's archive, packed once for each process. */
function packed(): Promise<Buffer> {
  archive ??= promisify(execFile)('/usr/bin/python3', ['-c', packScript, role], {
    encoding: 'buffer',
    maxBuffer: 64 * 1024 ** 2,
  }).then(({ stdout }) => stdout);
  return archive;
}

/**
 * Makes a stocked machine ready by the same call that the role `host` makes, past Ansible: for tests whose subject is something else, as starting Ansible
 * costs more than all that is set up. `prepare.lab.test.ts` tests the playbook, and that it finds nothing left to change after this.
 */
export async function setUp(
  machine: Machine,
  publicKey: string,
  databases: readonly string[] = [],
): Promise<void> {
  const wanted = {
    authorizedKey: `restrict,port-forwarding ${publicKey.trim()}`,
    nginxBase: renderBase(),
    nginxStreamBase: renderStreamBase(),
    services: ['nginx', ...databases.filter((name) => name !== 'redis')],
    atBoot: ['fairlead-firewall'],
  };
  await machine.writeFile('/usr/lib/fairlead-host.pyz', await packed());
  const argv = ['/usr/bin/python3', '-IS', '/usr/lib/fairlead-host.pyz'];
  const { code, stderr } = await machine.exec(argv, { input: JSON.stringify(wanted), timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`${machine.name} was not set up: ${stderr}`);
}
