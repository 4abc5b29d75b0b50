import { toAppError } from '@fairlead/errors';
import type { WorkerContext } from '../context.ts';
import type { ReachableServer } from '../hosts/hosts.ts';
import type { Look } from './verdict.ts';

/** Where to look, and how long. */
export interface LookTarget {
  balancer: ReachableServer;
  address: string;
  port: number;
  path: string;
  host: string;
  timeoutMs: number;
  /** Only a new connection notices that nothing listens any more. */
  freshConnection?: boolean;
  /** SHA-256 of the certificate that is to be shown, 64 hex digits; without it the connection is plain. */
  certificate?: string;
  /** The authority whose certificates are good (PEM), and the name that they are for; without it, and without `certificate`, the connection is plain. */
  authority?: { certificate: string; name: string } | undefined;
}

/** One look at a backend through the balancer's own network, over its SSH connection. Never throws: what it can't see is `unseen`. */
export async function lookFromBalancer(
  worker: Pick<WorkerContext, 'hosts'>,
  { balancer, certificate, authority, ...request }: LookTarget,
): Promise<Look> {
  try {
    const via = await worker.hosts.dailyTarget(balancer);
    const seen = await worker.hosts.prober.probe({
      ...request,
      via,
      ...(certificate === undefined ? {} : { scheme: 'https' as const, certificate }),
      ...(authority === undefined ? {} : { scheme: 'https' as const, authority }),
    });
    if (seen.kind === 'unobserved') return { kind: 'unseen', why: seen.error.message };
    const { healthy, status, latencyMs } = seen;
    return { kind: 'answered', healthy, status, latencyMs, reason: healthy ? null : sentence(seen.reason) };
  } catch (error) {
    return { kind: 'unseen', why: toAppError(error).message };
  }
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
