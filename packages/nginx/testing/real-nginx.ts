import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type NginxCapabilities, parseCapabilities, renderBase, renderStreamBase } from '../src/index.ts';
import { makeAuthority } from './certificates.ts';

/** Debian's nginx is in a directory that not every user's PATH has. */
// biome-ignore lint/style/noProcessEnv: tests have no env.ts
const environment = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };

/** What every front of a test shows. */
export const authority = makeAuthority();
const usual = authority.issue({ names: ['*.example.com', 'example.com'], ocsp: 'http://127.0.0.1:9/' });

/** A directory that stands in for the places on a server that rendered files name. */
export interface Prefix {
  path: string;
  /** The text with every such place below the prefix, and fronts bound to loopback alone. */
  relocate(text: string): string;
  remove(): Promise<void>;
}

/** @param shown what every front shows */
export async function makePrefix(shown = usual): Promise<Prefix> {
  const path = await mkdtemp(join(tmpdir(), 'fairlead-nginx-'));
  // Workers run as another user where the test runs as root.
  await chmod(path, 0o755);
  for (const folder of ['log', 'run', 'http', 'stream', 'status', 'srv', 'acme', 'temp'])
    await mkdir(join(path, folder));
  await writeFile(join(path, 'shown.pem'), shown.chain);
  await writeFile(join(path, 'shown.key'), shown.key, { mode: 0o600 });
  const places = {
    '/var/log/nginx/': 'log/',
    '/run/fairlead/': 'run/',
    '/etc/nginx/fairlead/': '',
    '/srv/fairlead/': 'srv/',
    '/var/lib/fairlead-acme': 'acme',
  };
  return {
    path,
    relocate: (text) =>
      Object.entries(places)
        .reduce((moved, [place, stand]) => moved.replaceAll(place, `${path}/${stand}`), text)
        .replaceAll(/listen (\d+)(?=[ ;])/g, 'listen 127.0.0.1:$1')
        .replaceAll(/\/etc\/fairlead\/certificates\/[^/]+\/[0-9a-f]{64}/g, `${path}/shown`)
        .replaceAll('listen [::]:', 'listen [::1]:'),
    remove: () => rm(path, { recursive: true }),
  };
}

/** Debian's module is a file of its own, which the main file has to load; nginx.org's is built in. */
const STREAM_MODULE = '/usr/lib/nginx/modules/ngx_stream_module.so';

/** Writes a main file around Fairlead's bases, the given sites and files of streams; answers its path. */
export async function writeConfig(
  prefix: Prefix,
  sites: readonly string[],
  streams: readonly string[] = [],
): Promise<string> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${prefix.path}/temp/${kind};`)
    .join(' ');
  const loads = streams.length > 0 && existsSync(STREAM_MODULE) ? `load_module ${STREAM_MODULE};\n` : '';
  const main = `${loads}${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${prefix.path}/run/nginx.pid;
events { worker_connections 512; }
http {
${temporary}
access_log off;
${prefix.relocate(renderBase())}
}
${streams.length > 0 ? prefix.relocate(renderStreamBase()) : ''}`;
  const write = (folder: string) => (text: string, index: number) =>
    writeFile(join(prefix.path, folder, `${index}.conf`), prefix.relocate(text));
  await Promise.all([...sites.map(write('http')), ...streams.map(write('stream'))]);
  await writeFile(join(prefix.path, 'nginx.conf'), main);
  return join(prefix.path, 'nginx.conf');
}

function run(...argv: string[]): Promise<{ accepted: boolean; output: string }> {
  return new Promise((resolve) => {
    execFile('nginx', argv, { env: environment }, (error, stdout, stderr) =>
      resolve({ accepted: error === null, output: stdout + stderr }),
    );
  });
}

/** What the installed Nginx can do. */
export async function installedNginx(): Promise<NginxCapabilities> {
  return parseCapabilities((await run('-V')).output);
}

/** `nginx -t` over the sites and the files of streams together, in a prefix of their own. */
export async function testConfig(
  sites: readonly string[],
  streams: readonly string[] = [],
): Promise<{ accepted: boolean; output: string }> {
  const prefix = await makePrefix();
  try {
    const file = await writeConfig(prefix, sites, streams);
    return await run('-t', '-q', '-e', 'stderr', '-p', prefix.path, '-c', file);
  } finally {
    await prefix.remove();
  }
}

export interface RunningNginx {
  /** The master's process id. */
  pid: number;
  stop(): Promise<void>;
}

/** Starts Nginx in the foreground as a child; resolves once it answers on its status socket. */
export async function startNginx(
  prefix: Prefix,
  sites: readonly string[],
  streams: readonly string[] = [],
): Promise<RunningNginx> {
  const file = await writeConfig(prefix, sites, streams);
  const argv = [
    '-e',
    join(prefix.path, 'log', 'error.log'),
    '-p',
    prefix.path,
    '-c',
    file,
    '-g',
    'daemon off;',
  ];
  const child = spawn('nginx', argv, { env: environment, stdio: 'ignore' });
  await vi.waitFor(
    () =>
      new Promise<void>((resolve, reject) => {
        const socket = connect(join(prefix.path, 'run', 'nginx.sock'), () => resolve(void socket.destroy()));
        socket.on('error', reject);
      }),
    { timeout: 30_000, interval: 20 },
  );
  return { pid: child.pid ?? 0, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

/** Loopback ports that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
