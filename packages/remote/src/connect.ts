import type { Duplex } from 'node:stream';
import { AppError } from '@fairlead/errors';
import { SshConnection } from './connection.ts';
import { handshake } from './handshake.ts';
import { resolveAddress } from './resolve.ts';
import type { SshTarget } from './target.ts';
import { openSocket } from './tcp-socket.ts';

/** Time limits of a connection, each in milliseconds, and how many session channels may be open at once. */
export interface ConnectLimits {
  dnsTimeoutMs: number;
  tcpTimeoutMs: number;
  handshakeTimeoutMs: number;
  keepaliveIntervalMs: number;
  sessionChannels: number;
}

export const defaultConnectLimits: ConnectLimits = {
  dnsTimeoutMs: 5_000,
  tcpTimeoutMs: 7_000,
  handshakeTimeoutMs: 15_000,
  keepaliveIntervalMs: 5_000,
  sessionChannels: 8,
};

/**
 * Connects to `target`, over `through` (an open connection to its jump host) or `transport` (from {@link openTransport}) when they are given.
 * Throws `dns-failed`, `connection-refused`, `connection-timeout`, `host-key-unknown`, `host-key-changed`,
 * `authentication-failed`, `connection-lost`, `cancelled`.
 */
export async function connectSsh(
  target: SshTarget,
  options: {
    limits?: Partial<ConnectLimits>;
    through?: SshConnection;
    transport?: Duplex;
    signal?: AbortSignal;
  } = {},
): Promise<SshConnection> {
  if (target.jump && !options.through)
    throw new AppError('internal', 'A target behind a jump host needs its connection.');
  const limits = { ...defaultConnectLimits, ...options.limits };
  const sock = options.transport ?? (await openTransport(target, limits, options.through, options.signal));
  const client = await handshake(sock, target, { ...limits, signal: options.signal });
  return new SshConnection(target, client, limits.sessionChannels);
}

/** The byte stream that SSH to `target` runs over: a socket, or a forward of the jump host. */
export async function openTransport(
  target: Pick<SshTarget, 'address' | 'port' | 'name'>,
  limits: ConnectLimits,
  through?: SshConnection,
  signal?: AbortSignal,
): Promise<Duplex> {
  const timeoutMs = limits.tcpTimeoutMs;
  if (through) return await through.forward(target.address, target.port, { timeoutMs, signal });
  const addresses = await resolveAddress(target.address, {
    timeoutMs: limits.dnsTimeoutMs,
    server: target.name,
    signal,
  });
  return await openSocket(addresses, target.port, { timeoutMs, server: target.name, signal });
}
