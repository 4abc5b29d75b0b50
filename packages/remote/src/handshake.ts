import type { Duplex } from 'node:stream';
import { NodeSSH } from 'node-ssh';
import type { AuthHandlerMiddleware, Client } from 'ssh2';
import { cancelled } from './deadline.ts';
import { fingerprintOf, type HostKey, hostKeyAlgorithms, parseHostKey } from './host-key.ts';
import { publicKeyOf } from './key-pair.ts';
import { sshFailure } from './ssh-failure.ts';
import type { SshTarget } from './target.ts';
import { socketName } from './tcp-socket.ts';
import { isTurnedAway, overhear, turnedAway } from './turned-away.ts';

/** Limits of a handshake, in milliseconds. A connection that is silent for three keepalives is given up. */
export interface HandshakeOptions {
  handshakeTimeoutMs: number;
  keepaliveIntervalMs: number;
  signal?: AbortSignal;
}

/**
 * SSH over a stream that is already connected: the pinned host key alone, the organization's key alone.
 * Throws `host-key-unknown`, `host-key-changed`, `authentication-failed`, `connection-timeout`, `connection-lost`, `cancelled`.
 */
export async function handshake(sock: Duplex, target: SshTarget, options: HandshakeOptions): Promise<Client> {
  const pinned: HostKey | null = target.hostKey === null ? null : parseHostKey(target.hostKey);
  const evidence = {
    offered: null as string | null,
    pinned: pinned && fingerprintOf(pinned.blob),
    presented: fingerprintOf(publicKeyOf(target.privateKey)),
  };
  const greeting = overhear(sock);
  const ssh = new NodeSSH();
  const ready = ssh.connect({
    sock: sock as never,
    username: target.user,
    authHandler: publicKeyOnly(target),
    hostVerifier: (key: Buffer) => {
      if (pinned?.blob.equals(key)) return true;
      evidence.offered = fingerprintOf(key);
      return false;
    },
    ...(pinned ? { algorithms: { serverHostKey: hostKeyAlgorithms(pinned.type) } } : {}),
    readyTimeout: options.handshakeTimeoutMs,
    keepaliveInterval: options.keepaliveIntervalMs,
    keepaliveCountMax: 3,
  });
  const client = ssh.connection;
  // node-ssh takes its own listener away once connected; without one a later socket error would end the process.
  client?.on('error', () => undefined);
  const onAbort = () => sock.destroy();
  options.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await ready;
    if (!ssh.connection || !client) throw new Error('closed at once');
    return client;
  } catch (cause) {
    sock.destroy();
    if (options.signal?.aborted) throw cancelled(options.signal.reason);
    if (isTurnedAway(greeting()))
      throw turnedAway(socketName(target.address, target.port), target.name, greeting());
    throw sshFailure(cause as Error, target, evidence);
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
  }
}

/** One attempt with the one key: no `none` probe first (a round trip), no password, never a second method. */
function publicKeyOnly(target: SshTarget): AuthHandlerMiddleware {
  let tried = false;
  return (_left, _partial, next) => {
    if (tried) return next(false as never);
    tried = true;
    next({ type: 'publickey', username: target.user, key: target.privateKey.reveal() });
  };
}
