import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { json } from 'node:stream/consumers';

const media = 'application/vnd.git-lfs+json';

const fileOf = (repository: string, oid: string): string => join(repository, 'lfs-objects', oid);

/** Keeps content as Git LFS does and returns the pointer that stands for it in a commit (git-lfs's docs/spec.md). */
export async function keepLfsObject(repository: string, content: string): Promise<string> {
  const oid = createHash('sha256').update(content).digest('hex');
  const file = fileOf(repository, oid);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${Buffer.byteLength(content)}\n`;
}

/** Answers what is asked of a repository's Git LFS, reading alone (git-lfs's docs/api/batch.md); false where it is asked for something else. */
export function serveLfs(
  folder: string,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const [, name, rest] =
    /^\/([a-z0-9-]+)\.git\/info\/lfs\/objects\/(batch|[0-9a-f]{64})$/.exec(request.url ?? '') ?? [];
  if (name === undefined || rest === undefined) return false;
  const repository = join(folder, `${name}.git`);
  if (rest === 'batch') {
    void answerBatch(repository, `${url}/${name}.git/info/lfs/objects`, request, response);
    return true;
  }
  const file = fileOf(repository, rest);
  if (!existsSync(file)) response.writeHead(404).end();
  else createReadStream(file).pipe(response.writeHead(200, { 'content-length': statSync(file).size }));
  return true;
}

async function answerBatch(
  repository: string,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { objects } = (await json(request)) as { objects: { oid: string; size: number }[] };
  const answered = objects.map((object) =>
    existsSync(fileOf(repository, object.oid))
      ? { ...object, actions: { download: { href: `${url}/${object.oid}` } } }
      : { ...object, error: { code: 404, message: 'Object does not exist' } },
  );
  response
    .writeHead(200, { 'content-type': media })
    .end(JSON.stringify({ transfer: 'basic', objects: answered }));
}
