import type { Duplex } from 'node:stream';
import type { AppError } from '@fairlead/errors';
import type { Client, ClientChannel } from 'ssh2';
import { withDeadline } from './deadline.ts';
import { connectionLost } from './ssh-failure.ts';
import type { SshTarget } from './target.ts';
import { noAnswer, tcpError } from './tcp-socket.ts';

/** The server answered that it could not open the stream (as against: the connection to the server itself is gone). */
export interface ForwardRefusal extends Error {
  /** RFC 4254, 5.1: 1 prohibited, 2 connect failed. */
  reason?: number;
}

/**
 * A TCP stream from `via` to `address:port` (`direct-tcpip`; these do not count against sshd's MaxSessions).
 * Throws what a TCP connect throws as seen from `via`: `connection-refused`, `connection-timeout`, `dns-failed`; and
 * `connection-lost` when the connection to `via` is what broke, or when it forbids forwarding.
 */
export async function openForward(
  client: Client,
  via: SshTarget,
  address: string,
  port: number,
  options: { timeoutMs: number; signal?: AbortSignal; onClose?: () => void },
): Promise<Duplex> {
  let abandoned = false;
  const opening = new Promise<ClientChannel>((resolve, reject) => {
    try {
      client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
        if (error) return reject(forwardError(error, via, address, port));
        channel.on('error', () => undefined);
        if (options.onClose) channel.once('close', options.onClose);
        if (abandoned) channel.destroy();
        else resolve(channel);
      });
    } catch (cause) {
      reject(connectionLost(via, cause));
    }
  });
  const timeout = () => noAnswer(address, port, options.timeoutMs);
  try {
    return await withDeadline(opening, options.timeoutMs, timeout, options.signal);
  } catch (error) {
    abandoned = true;
    throw error;
  }
}

function forwardError(cause: ForwardRefusal, via: SshTarget, address: string, port: number): AppError {
  if (typeof cause.reason !== 'number') return connectionLost(via, cause);
  const said = cause.message.toLowerCase();
  const code = refusalCodes.find(([text]) => said.includes(text))?.[1];
  return tcpError(
    Object.assign(cause, { code: code ?? (cause.reason === 1 ? 'EPERM' : 'UNKNOWN') }),
    address,
    port,
  );
}

const refusalCodes: readonly (readonly [text: string, code: string])[] = [
  ['refused', 'ECONNREFUSED'],
  ['timed out', 'ETIMEDOUT'],
  ['no route', 'EHOSTUNREACH'],
  ['unreachable', 'ENETUNREACH'],
  ['not known', 'ENOTFOUND'],
  ['name resolution', 'ENOTFOUND'],
  ['no address', 'ENOTFOUND'],
];
