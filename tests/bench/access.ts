import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Machine } from '@fairlead/lab';

const exec = promisify(execFile);

/** What a person with a terminal has: a key pair and a way to a machine, perhaps a slow one. */
export interface Access {
  folder: string;
  keyFile: string;
  host: string;
  port: number;
}

export async function authorizeAccess(
  machine: Machine,
  via: { host: string; port: number },
): Promise<Access> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-by-hand-'));
  const keyFile = join(folder, 'key');
  await exec('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  await machine.authorize(await readFile(`${keyFile}.pub`, 'utf8'));
  await writeFile(join(folder, 'known_hosts'), '');
  return { folder, keyFile, host: via.host, port: via.port };
}
