import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isIPv6 } from 'node:net';
import { GitRepository } from './git-repository.ts';
import { LabError } from './lab-error.ts';
import { serveLfs } from './lfs-objects.ts';

/** Which repositories to serve. A repository named after a sample of `packages/lab/samples` starts as that sample. */
export interface GitServerOptions {
  /** Names, or names with the sample they start as. */
  repos: (string | { name: string; sample: string })[];
  /** 0, the default, takes a free port. */
  port?: number;
  /** Reading asks for this password, under whatever user name. */
  token?: string;
}

/** A running Git server: smart HTTP and Git LFS, read-only, at `<url>/<name>.git`. */
export interface GitServer {
  url: string;
  repo: (name: string) => GitRepository;
  close: () => Promise<void>;
}

/** Serves repositories under `folder` at `address` through `git http-backend`. */
export async function openGitServer(
  address: string,
  folder: string,
  options: GitServerOptions,
): Promise<GitServer> {
  await mkdir(folder, { recursive: true });
  const server = createServer((request, response) => {
    if (!mayRead(request, options.token))
      response.writeHead(401, { 'www-authenticate': 'Basic realm="lab"' }).end();
    else if (!serveLfs(folder, url, request, response)) serve(folder, request, response);
  });
  server.listen(options.port ?? 0, address);
  await once(server, 'listening');
  server.unref();
  const bound = server.address();
  const host = isIPv6(address) ? `[${address}]` : address;
  const url = `http://${host}:${typeof bound === 'object' && bound ? bound.port : 0}`;
  const repositories = new Map<string, GitRepository>();
  for (const entry of options.repos) {
    const { name, sample } = typeof entry === 'string' ? { name: entry, sample: entry } : entry;
    if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw new LabError(`not a repository name: ${name}`);
    const repository = new GitRepository(name, `${url}/${name}.git`, `${folder}/${name}.git`);
    await repository.create(sample);
    repositories.set(name, repository);
  }
  return {
    url,
    repo: (name) => {
      const found = repositories.get(name);
      if (!found) throw new LabError(`no repository ${name}`);
      return found;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function mayRead({ headers }: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const [, given = ''] = /^Basic (\S+)$/.exec(headers.authorization ?? '') ?? [];
  return Buffer.from(given, 'base64').toString().split(':').slice(1).join(':') === token;
}

// The interface between a web server and http-backend is CGI, RFC 3875; its variables are in git-http-backend(1).
function serve(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://git');
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REQUEST_METHOD: request.method,
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_ADDR: request.socket.remoteAddress ?? '',
    },
  });
  request.pipe(backend.stdin).on('error', () => request.resume());
  backend.on('error', () => response.writeHead(500).end());
  response.on('close', () => backend.kill());

  let head = Buffer.alloc(0);
  backend.stdout.on('data', function onHead(chunk: Buffer) {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    backend.stdout.off('data', onHead);
    const headers = head.subarray(0, end).toString('latin1').split('\r\n').map(splitHeader);
    const status = Number(headers.find(([name]) => name === 'status')?.[1].slice(0, 3) ?? 200);
    response.writeHead(status, Object.fromEntries(headers.filter(([name]) => name !== 'status')));
    response.write(head.subarray(end + 4));
    backend.stdout.pipe(response);
  });
  backend.stdout.on('end', () => {
    if (!response.headersSent) response.writeHead(502).end();
  });
}

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
