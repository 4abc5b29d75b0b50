import type { Duplex } from 'node:stream';
import { AppError } from '@fairlead/errors';
import ssh2 from 'ssh2';
import { type ConnectLimits, defaultConnectLimits, openTransport } from './connect.ts';
import type { SshConnection } from './connection.ts';
import { cancelled, withDeadline } from './deadline.ts';
import {
  blobType,
  fingerprintOf,
  formatHostKey,
  hostKeyAlgorithms,
  hostKeyTypes,
  parseHostKey,
} from './host-key.ts';
import { socketName } from './tcp-socket.ts';
import { isTurnedAway, overhear, turnedAway } from './turned-away.ts';

/** A host key as a server offered it. `key` is the line to pin. */
export interface OfferedHostKey {
  key: string;
  /** `SHA256:…` */
  fingerprint: string;
  type: string;
}

/**
 * `transport` is an open byte stream to the server, from {@link openTransport}. `pinned` is a key line: its type is asked for before the others, so that a
 * server with several keys shows the one to compare.
 */
export interface ScanOptions {
  transport?: Duplex;
  through?: SshConnection;
  pinned?: string | null;
  /** The server's name, for errors. */
  name?: string;
  limits?: Partial<ConnectLimits>;
  signal?: AbortSignal;
}

/**
 * The host key of `address:port`, read from the handshake and no further: nothing is authenticated, nothing is trusted. Ed25519 is asked
 * for first, or the type of `pinned` when a key is pinned already. `through` is an open connection to the jump host. Throws `dns-failed`, `connection-refused`, `connection-timeout`,
 * `connection-lost` (it is no SSH server), `cancelled`.
 */
export async function scanHostKey(
  address: string,
  port: number,
  options: ScanOptions = {},
): Promise<OfferedHostKey> {
  const limits = { ...defaultConnectLimits, ...options.limits };
  const name = options.name ?? address;
  const sock =
    options.transport ??
    (await openTransport({ address, port, name }, limits, options.through, options.signal));
  const greeting = overhear(sock);
  const pinnedType = options.pinned ? [parseHostKey(options.pinned).type] : [];
  const preferred = [...new Set([...pinnedType, ...hostKeyTypes])];
  const client = new ssh2.Client();
  const scanning = new Promise<Buffer>((resolve, reject) => {
    client.on('error', reject);
    client.on('close', () => reject(new Error('closed before the key was sent')));
    client.connect({
      sock: sock as never,
      username: 'fairlead',
      readyTimeout: 0,
      algorithms: { serverHostKey: preferred.flatMap(hostKeyAlgorithms) },
      hostVerifier: (key: Buffer) => {
        resolve(key);
        return false;
      },
    });
  });
  const tooLate = () =>
    new AppError(
      'connection-timeout',
      `${socketName(address, port)} accepted the connection but sent no host key.`,
      {
        server: name,
        hint: 'Check that sshd listens on this port and that the machine is not overloaded.',
        retryable: true,
      },
    );
  try {
    const blob = await withDeadline(scanning, limits.handshakeTimeoutMs, tooLate, options.signal);
    return { key: formatHostKey(blob), fingerprint: fingerprintOf(blob), type: blobType(blob) };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    if (options.signal?.aborted) throw cancelled(options.signal.reason);
    if (isTurnedAway(greeting())) throw turnedAway(socketName(address, port), name, greeting());
    throw new AppError('connection-lost', `${socketName(address, port)} did not answer as an SSH server.`, {
      server: name,
      hint: 'Check the port: something else may be listening there.',
      cause,
    });
  } finally {
    sock.destroy();
  }
}
