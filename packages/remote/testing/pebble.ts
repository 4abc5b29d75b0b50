import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Debian's `pebble`: a real ACME directory that lives as long as a test. */
export interface Pebble {
  directoryUrl: string;
  /** PEM of who signed its own HTTPS certificate. */
  root: string;
  /** PEM of who signs the certificates that it issues. */
  issuerRoot: () => Promise<string>;
  stop(): Promise<void>;
}

interface PebbleOptions {
  /** Where all names lead. */
  address: string;
  /** The port that is asked for the proof. */
  httpPort?: number;
  /** Of a hundred nonces so many are refused, as directories do now and then. */
  refusedNonces?: number;
}

/** Starts Pebble beside `pebble-challtestsrv`, its own DNS (packages `pebble` of Debian); once more where a port was taken in between. */
export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  return tryPebble(options).catch(() => tryPebble(options));
}

async function tryPebble({ address, httpPort = 80, refusedNonces = 30 }: PebbleOptions): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-pebble-'));
  const at = (name: string) => join(folder, name);
  const [directory = 0, management = 0, dns = 0, control = 0] = await freePorts(4);
  const subject = ['-subj', '/CN=pebble', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync(
    'openssl',
    ['req', '-x509', ...kind, ...subject, '-keyout', at('key.pem'), '-out', at('root.pem')],
    { stdio: 'ignore' },
  );
  const pebble = {
    listenAddress: `127.0.0.1:${directory}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: at('root.pem'),
    privateKey: at('key.pem'),
    httpPort,
    tlsPort: 443,
  };
  await writeFile(at('config.json'), JSON.stringify({ pebble }));
  const names = spawn(
    'pebble-challtestsrv',
    [
      ...['-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${control}`],
      ...['-defaultIPv4', address, '-defaultIPv6', '', '-http01', '', '-https01', '', '-tlsalpn01', ''],
    ],
    { stdio: 'ignore' },
  );
  const server = spawn('pebble', ['-config', at('config.json'), '-dnsserver', `127.0.0.1:${dns}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // biome-ignore lint/style/noProcessEnv: tests have no env.ts
    env: { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: String(refusedNonces) },
  });
  let said = '';
  server.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const root = await readFile(at('root.pem'), 'utf8');
  const directoryUrl = `https://127.0.0.1:${directory}/dir`;
  try {
    await until(
      () => read(directoryUrl, root),
      () => server.exitCode !== null || server.pid === undefined,
    );
  } catch (error) {
    await Promise.all([ended(server), ended(names)]);
    await rm(folder, { recursive: true });
    throw new Error(`Pebble did not start; is Debian’s package pebble installed? ${said}`, { cause: error });
  }
  return {
    directoryUrl,
    root,
    issuerRoot: () => read(`https://127.0.0.1:${management}/roots/0`, root),
    async stop() {
      await Promise.all([ended(server), ended(names)]);
      await rm(folder, { recursive: true });
    },
  };
}

function read(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { ca, agent: false }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve(Buffer.concat(chunks).toString());
    });
    call.on('error', reject);
    call.end();
  });
}

/** Half a minute at most: a machine that does much else gives a program little time. */
async function until(look: () => Promise<unknown>, isOver: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (isOver() || Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
