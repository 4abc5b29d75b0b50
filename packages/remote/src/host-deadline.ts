import type { HostCall, HostVerb } from './host-protocol.ts';

/** How long a verb may take when its caller does not say, in milliseconds; limits that the input names are added. */
const baseMs: Partial<Record<HostVerb, number>> = {
  hello: 10_000,
  'nginx.apply': 90_000,
  'app.remove': 120_000,
  'artifact.pack': 900_000,
  'release.prune': 120_000,
  'release.stop': 20_000,
  'release.start': 20_000,
  'nginx.drain': 15_000,
  // Every worker has up to ten minutes to end.
  'process.set': 720_000,
  'database.ensure': 120_000,
  'database.grant': 120_000,
  'database.remove': 120_000,
  'redis.ensure': 240_000,
  'redis.remove': 120_000,
};

/** The deadline of one call, from the verb and from the limits inside its input; of a sequence, those of its calls together. */
export function deadlineOf(verb: HostVerb, input: unknown): number {
  if (verb === 'sequence') {
    const { calls } = input as { calls: readonly HostCall[] };
    return calls.reduce((sum, call) => sum + deadlineOf(call.verb, call.input), 0);
  }
  const limits = input as { timeoutMs?: number; timeoutSeconds?: number };
  return (baseMs[verb] ?? 60_000) + (limits.timeoutMs ?? 0) + (limits.timeoutSeconds ?? 0) * 1000;
}
