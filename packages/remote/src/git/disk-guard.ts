import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const intervalMs = 200;

/** Aborts its signal once the packs that Git fetches into a bare repository pass a size; Git has no such limit of its own. */
export function guardDisk(
  directory: string,
  maxBytes: number | undefined,
): { signal: AbortSignal; done: () => void } {
  const abort = new AbortController();
  if (maxBytes === undefined) return { signal: abort.signal, done: () => undefined };
  const look = async () => {
    if ((await sizeOf(join(directory, 'objects', 'pack'))) > maxBytes) abort.abort();
  };
  const timer = setInterval(() => void look(), intervalMs);
  return { signal: abort.signal, done: () => clearInterval(timer) };
}

/** 0 for a folder that is not there (any more). */
async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
