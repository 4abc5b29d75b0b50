import * as z from 'zod';

/** Buckets of time: eight to an octave, the first from 1 ms on (`canary.read` of the host program). */
const perOctave = 8;

export const sideFiguresSchema = z.object({
  requests: z.int(),
  /** Of them those that a backend answered with 5xx, or did not answer. */
  errors: z.int(),
  /** By bucket, how many answers without an error began within that time. */
  times: z.record(z.string(), z.int()),
});
/** What was seen of one side. */
export type SideFigures = z.output<typeof sideFiguresSchema>;

export const noFigures: SideFigures = { requests: 0, errors: 0, times: {} };

/** Both together: later figures beside earlier ones. */
export function addFigures(one: SideFigures, other: SideFigures): SideFigures {
  const times = { ...one.times };
  for (const [bucket, count] of Object.entries(other.times)) times[bucket] = (times[bucket] ?? 0) + count;
  return { requests: one.requests + other.requests, errors: one.errors + other.errors, times };
}

/** Errors among the requests, in percent; null without requests. */
export function errorPercent({ requests, errors }: SideFigures): number | null {
  return requests === 0 ? null : (errors / requests) * 100;
}

/**
 * The time within which that part of the answers began, in milliseconds, as exact as the buckets are (9 %); null without an answer.
 * @param part e.g. 0.95
 */
export function timeOf({ times }: SideFigures, part: number): number | null {
  const buckets = Object.entries(times)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((a, b) => a.bucket - b.bucket);
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return null;
  let left = part * all;
  for (const { bucket, count } of buckets) {
    if (left <= count) return 2 ** ((bucket + left / count) / perOctave);
    left -= count;
  }
  return 2 ** (((buckets.at(-1)?.bucket ?? 0) + 1) / perOctave);
}
