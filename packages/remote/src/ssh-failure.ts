import { AppError } from '@fairlead/errors';
import type { SshTarget } from './target.ts';
import { socketName } from './tcp-socket.ts';

/** What ssh2 knew when a connection attempt failed. */
export interface HandshakeEvidence {
  /** Fingerprint of the key that the server offered, when that is why it was refused. */
  offered: string | null;
  /** The pinned key's fingerprint; null when none is pinned. */
  pinned: string | null;
  /** Fingerprint of the key that was presented for authentication. */
  presented: string;
}

/** A failed SSH handshake or authentication as an AppError that tells the causes apart. `cause.level` is ssh2's. */
export function sshFailure(
  cause: Error & { level?: string },
  target: SshTarget,
  evidence: HandshakeEvidence,
): AppError {
  const server = target.name;
  const place = socketName(target.address, target.port);
  if (evidence.offered !== null || cause.message.includes('no matching host key format')) {
    return hostKeyRefused(target, evidence);
  }
  if (cause.level === 'client-authentication') {
    return new AppError('authentication-failed', `${target.user}@${place} does not accept Fairlead's key.`, {
      server,
      hint: `Paste the authorising line on the server as user ${target.user} (key ${evidence.presented}).`,
      details: { user: target.user, fingerprint: evidence.presented },
      cause,
    });
  }
  if (cause.level === 'client-timeout') {
    return new AppError(
      'connection-timeout',
      `${place} accepted the connection but SSH did not get ready in time.`,
      {
        server,
        hint: 'The machine may be overloaded or still booting; check its load, and that sshd listens on this port.',
        retryable: true,
        cause,
      },
    );
  }
  if (cause.message.startsWith('Handshake failed')) {
    return new AppError('connection-lost', `${place} and Fairlead share no SSH algorithm.`, {
      server,
      hint: 'The sshd on this machine is too old or too restricted: allow curve25519-sha256 and aes128-gcm or newer.',
      cause,
    });
  }
  return new AppError('connection-lost', `${place} closed the connection before SSH was ready.`, {
    server,
    hint: 'Check that sshd listens on this port and lets the control plane in (MaxStartups, AllowUsers, fail2ban).',
    retryable: true,
    cause,
  });
}

function hostKeyRefused(target: SshTarget, evidence: HandshakeEvidence): AppError {
  const place = socketName(target.address, target.port);
  if (evidence.pinned === null) {
    return new AppError('host-key-unknown', `Nobody has confirmed the host key of ${place} yet.`, {
      server: target.name,
      hint: 'Compare the fingerprint with the one that the machine prints, and confirm it.',
      details: { offered: evidence.offered },
    });
  }
  return new AppError('host-key-changed', `The host key of ${place} is not the one that was confirmed.`, {
    server: target.name,
    hint: 'If the machine was installed anew, confirm its new fingerprint; if not, someone may stand in between: stop here.',
    details: { pinned: evidence.pinned, offered: evidence.offered },
  });
}

/** The error of everything that ran over a connection that broke. */
export function connectionLost(target: SshTarget, cause?: unknown): AppError {
  return new AppError('connection-lost', `The SSH connection to ${target.name} broke off.`, {
    server: target.name,
    hint: 'Fairlead connects again by itself; if it stays, check the machine and the network.',
    retryable: true,
    cause,
  });
}

/** The error of an operation over SSH that did not end in time. */
export function remoteTimeout(target: SshTarget, what: string, timeoutMs: number): AppError {
  return new AppError(
    'connection-timeout',
    `${target.name} did not finish ${what} within ${timeoutMs / 1000} s.`,
    {
      server: target.name,
      hint: 'Look at the load of the machine; trying again is safe.',
      retryable: true,
    },
  );
}
