import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import type { Machine } from './machine.ts';

/** Packages of Debian as files, fetched by this machine's apt: for what a machine of the lab, which reaches no mirror, is to have beside its image. */
async function download(names: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-debian-'));
  await run(['apt-get', 'download', '-q', ...names], { cwd: folder, timeoutMs: 120_000 });
  return folder;
}

/** What these packages would put on a machine, in a folder of the caller's to remove. */
export async function debianFiles(names: readonly string[]): Promise<string> {
  const folder = await download(names);
  const files = await mkdtemp(join(tmpdir(), 'fairlead-files-'));
  for (const name of await readdir(folder)) await run(['dpkg-deb', '--extract', join(folder, name), files]);
  await rm(folder, { recursive: true });
  return files;
}

/** Puts these packages' files on a machine of this machine's own release of Debian; nothing of them is run. */
export async function unpackDebian(machine: Machine, names: readonly string[]): Promise<void> {
  const files = await debianFiles(names);
  const archive = join(files, '.archive.tar');
  await run(['tar', '--create', '--file', archive, '--exclude', './.archive.tar', '--directory', files, '.']);
  await machine.writeFile('/root/debian.tar', await readFile(archive));
  await machine.run('tar --extract --file /root/debian.tar --directory / && rm /root/debian.tar');
  await rm(files, { recursive: true });
}
