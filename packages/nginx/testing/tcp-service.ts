import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';

/** A service of raw TCP that greets with its own name and then says back what it hears. */
export interface TcpService {
  name: string;
  port: number;
  /** What each connection began with, as far as it has said anything. */
  heard: string[];
  stop(): Promise<void>;
}

function greet(name: string, heard: string[]) {
  return (socket: Socket): void => {
    const index = heard.push('') - 1;
    socket.write(`${name}\n`);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard[index] += data.toString();
      socket.write(data);
    });
  };
}

async function listening(server: Server, name: string, host: string, port: number, heard: string[]) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  return {
    name,
    port: (server.address() as { port: number }).port,
    heard,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Port 0: a free one. */
export function startTcpService(name: string, host: string, port = 0): Promise<TcpService> {
  const heard: string[] = [];
  return listening(createServer(greet(name, heard)), name, host, port, heard);
}

/** The same behind TLS with a certificate of its own, for the given name. */
export async function startTlsService(name: string, host: string, port = 0): Promise<TcpService> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-tls-'));
  const [key, cert] = ['key.pem', 'cert.pem'].map((file) => join(folder, file)) as [string, string];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', `/CN=${name}`, '-keyout', key, '-out', cert],
  ]);
  const heard: string[] = [];
  const options = { key: await readFile(key), cert: await readFile(cert) };
  await rm(folder, { recursive: true });
  return listening(createTlsServer(options, greet(name, heard)), name, host, port, heard);
}

/** One visit: what came back to `words` until the service was silent, `''` where the connection was closed without a word. */
export function say(port: number, words: string, host = '127.0.0.1'): Promise<string> {
  return conversation(connect({ port, host }), words);
}

/** One visit over TLS that asks for a name (null: for none); with the name of the certificate that was shown. */
export async function sayTls(
  port: number,
  servername: string | null,
  words: string,
): Promise<{ certificate: string; said: string }> {
  const socket = connectTls({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...(servername === null ? {} : { servername }),
  });
  let certificate = '';
  socket.on('secureConnect', () => {
    certificate = String(socket.getPeerCertificate().subject.CN);
  });
  const said = await conversation(socket, words);
  return { certificate, said };
}

const PATIENCE_MS = 5_000;

/** Ends as soon as the greeting and all of the words have come back, or the connection is closed. */
function conversation(socket: Socket, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    // A proxy’s header is for the balancer.
    const echoed = words.replace(/^PROXY [^\n]*\n/, '');
    const end = () => {
      socket.destroy();
      resolve(said);
    };
    socket.setTimeout(PATIENCE_MS, () => reject(new Error(`silence after ${JSON.stringify(said)}`)));
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (data) => {
      said += data.toString();
      if (said.includes('\n') && said.endsWith(echoed)) end();
    });
    socket.write(words);
  });
}
