import { spawn } from 'node:child_process';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Secret } from '@fairlead/errors';
import ssh2 from 'ssh2';
import { formatHostKey } from './host-key.ts';
import { createKeyPair, type KeyPair } from './key-pair.ts';
import type { SshTarget } from './target.ts';

/** A real SSH server in this process, on loopback: runs commands with `sh -c`, forwards TCP, admits one key. For unit tests; the lab has sshd. */
export interface TestServer {
  readonly port: number;
  readonly hostKey: string;
  readonly client: KeyPair;
  /** Connections that are authenticated now. */
  readonly sessions: number;
  /** How many connections were ever accepted, session channels opened, streams forwarded. */
  readonly seen: { connections: number; channels: number; forwards: number };
  /** A target for this server; fields given replace its own. */
  target(change?: Partial<SshTarget>): SshTarget;
  /** Cuts every connection, as a network or a killed sshd session does. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts the server; with `hostKey` it keeps an identity across restarts, with `port` an address. */
export async function startTestServer(
  options: { hostPrivateKey?: string; port?: number; forwarding?: boolean } = {},
): Promise<TestServer> {
  const identity = options.hostPrivateKey ?? createKeyPair('host').privateKey.reveal();
  const parsed = ssh2.utils.parseKey(identity);
  if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('not a host key');
  const hostKey = formatHostKey(parsed.getPublicSSH());
  const client = createKeyPair('test');
  const allowed = ssh2.utils.parseKey(client.publicKey);
  if (allowed instanceof Error || Array.isArray(allowed)) throw new Error('not a key');
  const sockets = new Set<Socket>();
  const seen = { connections: 0, channels: 0, forwards: 0 };
  let sessions = 0;

  const server = new ssh2.Server({ hostKeys: [identity] }, (connection) => {
    seen.connections += 1;
    connection.on('error', () => undefined);
    connection.on('authentication', (attempt) => {
      const ok =
        attempt.method === 'publickey' &&
        attempt.key.data.equals(allowed.getPublicSSH()) &&
        (!attempt.signature || allowed.verify(attempt.blob ?? Buffer.alloc(0), attempt.signature) === true);
      if (ok) attempt.accept();
      else attempt.reject(['publickey']);
    });
    sayRefused(connection);
    connection.on('ready', () => {
      sessions += 1;
      connection.once('close', () => {
        sessions -= 1;
      });
      connection.on('session', (accept) => {
        seen.channels += 1;
        accept().on('exec', (acceptExec, _reject, info) => runCommand(info.command, acceptExec()));
      });
      if (options.forwarding === false) return;
      connection.on('tcpip', (accept, reject, info) => {
        seen.forwards += 1;
        const out = connect(info.destPort, info.destIP);
        out.once('connect', () => {
          const channel = accept();
          channel.on('error', () => undefined);
          out.on('error', () => channel.destroy());
          out.pipe(channel).pipe(out);
        });
        out.once('error', () => reject());
      });
    });
  });
  server.on('error', () => undefined);
  const raw = (server as unknown as { _srv: import('node:net').Server })._srv;
  raw.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    hostKey,
    client,
    seen,
    get sessions() {
      return sessions;
    },
    cut,
    target: (change = {}) => ({
      serverId: `server-${port}`,
      name: 'web-1',
      address: '127.0.0.1',
      port,
      user: 'fairlead',
      hostKey,
      privateKey: new Secret(client.privateKey.reveal()),
      ...change,
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

function runCommand(command: string, channel: ssh2.ServerChannel): void {
  channel.on('error', () => undefined);
  const child = spawn('sh', ['-c', command]);
  child.stdin.on('error', () => undefined);
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  child.on('close', (code, signal) => {
    if (code === null) channel.exit(signal?.slice(3) ?? 'KILL', false, '');
    else channel.exit(code);
    channel.end();
  });
  channel.once('close', () => child.kill());
}

/** OpenSSH says why a forward failed; ssh2's server leaves the text empty. */
function sayRefused(connection: ssh2.Connection): void {
  const protocol = (
    connection as unknown as { _protocol: { channelOpenFail: (...args: [number, number, string?]) => void } }
  )._protocol;
  const plain = protocol.channelOpenFail.bind(protocol);
  protocol.channelOpenFail = (sender, reason) =>
    plain(sender, reason, reason === 2 ? 'Connection refused' : '');
}
