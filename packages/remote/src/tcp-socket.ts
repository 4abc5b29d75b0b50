import { connect, type Socket } from 'node:net';
import { AppError } from '@fairlead/errors';
import { cancelled } from './deadline.ts';

/** What a TCP connection attempt needs to know besides addresses and port. `server` is the name shown in errors. */
export interface TcpOptions {
  timeoutMs: number;
  server?: string;
  signal?: AbortSignal;
}

/**
 * A connected socket with Nagle's algorithm off, to the first of `addresses` that accepts; they share `timeoutMs`.
 * Throws `connection-refused`, `connection-timeout` (also for "no route"), `cancelled`.
 */
export async function openSocket(
  addresses: readonly string[],
  port: number,
  options: TcpOptions,
): Promise<Socket> {
  const deadline = Date.now() + options.timeoutMs;
  let last: AppError | undefined;
  for (const [index, address] of addresses.entries()) {
    const share = Math.max(1, (deadline - Date.now()) / (addresses.length - index));
    try {
      return await attempt(address, port, share, options);
    } catch (error) {
      last = error as AppError;
      if (last.code === 'cancelled') break;
    }
  }
  throw last ?? new AppError('dns-failed', 'The name has no address.', { server: options.server });
}

function attempt(address: string, port: number, timeoutMs: number, options: TcpOptions): Promise<Socket> {
  const { server, signal } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal.reason));
    const socket = connect({ host: address, port, noDelay: true });
    const fail = (error: AppError) => {
      cleanUp();
      socket.destroy();
      reject(error);
    };
    const onAbort = () => fail(cancelled(signal?.reason));
    const onError = (cause: NodeJS.ErrnoException) => fail(tcpError(cause, address, port, server));
    const timer = setTimeout(() => fail(noAnswer(address, port, options.timeoutMs, server)), timeoutMs);
    const cleanUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.on('error', () => undefined);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('connect', () => {
      cleanUp();
      resolve(socket);
    });
  });
}

/** The error for a TCP connection that nobody answered within its time. */
export function noAnswer(address: string, port: number, timeoutMs: number, server?: string): AppError {
  return new AppError(
    'connection-timeout',
    `${socketName(address, port)} gave no answer within ${timeoutMs / 1000} s.`,
    {
      server,
      hint: 'Check that the machine is on, the address and port are right, and no firewall drops SSH from the control plane.',
      retryable: true,
    },
  );
}

/** A socket's or a tunnel's failure to connect, in words. `cause.code` is an errno name. */
export function tcpError(
  cause: NodeJS.ErrnoException,
  address: string,
  port: number,
  server?: string,
): AppError {
  switch (cause.code) {
    case 'ECONNREFUSED':
      return new AppError('connection-refused', `${address} refused the connection on port ${port}.`, {
        server,
        hint: `The machine is up but nothing listens on port ${port}: check the SSH port and that sshd runs.`,
        retryable: true,
        cause,
      });
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new AppError('connection-timeout', `There is no route to ${address}.`, {
        server,
        hint: 'Check the address; a private address needs a jump host or a network that reaches it.',
        retryable: true,
        cause,
      });
    case 'ETIMEDOUT':
      return new AppError('connection-timeout', `${socketName(address, port)} gave no answer.`, {
        server,
        hint: 'Check that the machine is on, the address and port are right, and no firewall drops SSH from the control plane.',
        retryable: true,
        cause,
      });
    case 'ENOTFOUND':
      return new AppError('dns-failed', `There is no DNS record for ${address}.`, {
        server,
        hint: 'Check the spelling, or use the IP address.',
        cause,
      });
    case 'EPERM':
      return new AppError(
        'connection-lost',
        `The jump host forbids a connection to ${socketName(address, port)}.`,
        {
          server,
          hint: 'Allow TCP forwarding (AllowTcpForwarding, PermitOpen) for this user in its sshd_config.',
          cause,
        },
      );
    default:
      return new AppError('connection-lost', `The connection to ${socketName(address, port)} broke off.`, {
        server,
        retryable: true,
        cause,
      });
  }
}

/** An address with its port as people write it: an IPv6 address in brackets (RFC 3986). */
export function socketName(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
