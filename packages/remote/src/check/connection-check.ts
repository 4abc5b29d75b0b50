import type { Duplex } from 'node:stream';
import { AppError } from '@fairlead/errors';
import { defaultConnectLimits, openTransport } from '../connect.ts';
import type { SshConnection } from '../connection.ts';
import { fingerprintOf, formatHostKey, parseHostKey } from '../host-key.ts';
import { type OfferedHostKey, scanHostKey } from '../host-key-scan.ts';
import type { SshPool } from '../pool.ts';
import { resolveAddress } from '../resolve.ts';
import type { SshTarget } from '../target.ts';
import { checkSudo, checkSystem } from './on-the-machine.ts';

/** The checks in the order in which they run; one that fails makes the rest `skipped`. */
export const connectionChecks = [
  { key: 'dns', label: 'Name resolves' },
  { key: 'tcp', label: 'Port answers' },
  { key: 'host-key', label: 'Host key is the confirmed one' },
  { key: 'authentication', label: "Fairlead's key is accepted" },
  { key: 'sudo', label: 'May become root' },
  { key: 'system', label: 'System is supported' },
] as const;
export type ConnectionCheckKey = (typeof connectionChecks)[number]['key'];

/** The outcome of one check. `detail` says what was found, `fix` what to do about a failure (or, on `ok`, a warning worth reading). */
export interface ConnectionCheckResult {
  key: ConnectionCheckKey;
  label: string;
  status: 'ok' | 'failed' | 'skipped';
  detail: string | null;
  fix: string | null;
  /** The error of a failed check. */
  error: AppError | null;
  /** The key that the server offered, from the check `host-key`: to be confirmed when none is pinned, compared when it changed. */
  offered: OfferedHostKey | null;
  durationMs: number;
}

/** What one check found. */
export interface Finding {
  detail: string;
  fix?: string;
}

/**
 * Looks at a server from the outside in, as its admin user, before or after it was prepared: yields each result as it is known.
 * Never throws for what it finds. Connections come from `pool`; the one to the target stays open for what follows.
 */
export async function* checkConnection(
  pool: SshPool,
  target: SshTarget,
  options: { signal?: AbortSignal } = {},
): AsyncGenerator<ConnectionCheckResult, void, void> {
  const run = steps(pool, target, options.signal);
  let broken = false;
  for (const { key, label } of connectionChecks) {
    const base = { key, label, detail: null, fix: null, error: null, offered: null, durationMs: 0 };
    if (broken) {
      yield { ...base, status: 'skipped' };
      continue;
    }
    const began = performance.now();
    const took = () => Math.round(performance.now() - began);
    try {
      const finding = await run[key]();
      yield {
        ...base,
        status: 'ok',
        detail: finding.detail,
        fix: finding.fix ?? null,
        offered: run.offered(),
        durationMs: took(),
      };
    } catch (thrown) {
      broken = true;
      const error =
        thrown instanceof AppError
          ? thrown
          : new AppError('internal', 'This check broke.', { cause: thrown });
      if (error.code === 'cancelled') throw error;
      const { message, hint = null } = error;
      yield {
        ...base,
        status: 'failed',
        detail: message,
        fix: hint,
        error,
        offered: run.offered(),
        durationMs: took(),
      };
    }
  }
}

type Steps = Record<ConnectionCheckKey, () => Promise<Finding>> & { offered: () => OfferedHostKey | null };

/**
 * One connection for all of it: an sshd from 9.8 on counts each caller who leaves without signing in, and turns away who does so often
 * (https://man.openbsd.org/sshd_config#PerSourcePenalties).
 */
function steps(pool: SshPool, target: SshTarget, signal: AbortSignal | undefined): Steps {
  const { address, port, name } = target;
  let through: SshConnection | undefined;
  let transport: Duplex | undefined;
  let signedIn: Promise<SshConnection> | undefined;
  let offered: OfferedHostKey | null = null;
  const scan = (over?: Duplex) =>
    scanHostKey(address, port, { transport: over, through, name, signal, pinned: target.hostKey });
  const connected = () => {
    // An open connection says nothing of the key's place on the server today, nor whether the network beneath it still is.
    signedIn ??= pool.acquire(target, { signal, anew: true, transport });
    return signedIn;
  };
  return {
    offered: () => offered,
    dns: async () => {
      if (target.jump) {
        through = await pool.acquire(target.jump, { signal });
        return { detail: `${address} is resolved by ${target.jump.name}.` };
      }
      const timeoutMs = defaultConnectLimits.dnsTimeoutMs;
      const found = await resolveAddress(address, { timeoutMs, server: name, signal });
      return {
        detail: found[0] === address ? `${address} is an IP address.` : `${address} is ${found.join(', ')}.`,
      };
    },
    tcp: async () => {
      const began = performance.now();
      transport = await openTransport(target, defaultConnectLimits, through, signal);
      return { detail: `Port ${port} answered in ${Math.round(performance.now() - began)} ms.` };
    },
    'host-key': async () => {
      if (target.hostKey === null) {
        offered = await scan(transport);
        throw hostKeyFault(target, offered, null);
      }
      const { type, blob } = parseHostKey(target.hostKey);
      const fingerprint = fingerprintOf(blob);
      const fault = await connected().then(
        () => null,
        (error: AppError) => error,
      );
      if (fault?.code === 'host-key-changed') {
        offered = await scan();
        throw hostKeyFault(target, offered, fingerprint);
      }
      // Who is not let in has seen the right key before.
      if (fault && fault.code !== 'authentication-failed') throw fault;
      offered = { key: formatHostKey(blob), fingerprint, type };
      return { detail: `${type} ${fingerprint}` };
    },
    authentication: async () => {
      await connected();
      return { detail: `Signed in as ${target.user}.` };
    },
    sudo: async () => await checkSudo(await connected(), signal),
    system: async () => await checkSystem(await connected(), signal),
  };
}

function hostKeyFault(target: SshTarget, offered: OfferedHostKey, pinned: string | null): AppError {
  const details = { pinned, offered: offered.fingerprint, type: offered.type };
  if (pinned === null) {
    return new AppError(
      'host-key-unknown',
      `${target.address} offers ${offered.fingerprint}; nobody has confirmed it yet.`,
      {
        server: target.name,
        hint: 'Compare it with what "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub" prints on the machine, and confirm it.',
        details,
      },
    );
  }
  return new AppError(
    'host-key-changed',
    `${target.address} offers ${offered.fingerprint}, not the confirmed ${pinned}.`,
    {
      server: target.name,
      hint: 'If the machine was installed anew, confirm its new fingerprint; if not, someone may stand in between: stop here.',
      details,
    },
  );
}
