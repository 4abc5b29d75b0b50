/** Figures of a benchmark: medians of runs taken in turn, ratios pair by pair, so that a machine's drift cancels out. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('median of nothing');
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Median of a[i] / b[i]: both were measured in the same round. */
export function pairedRatio(a: readonly number[], b: readonly number[]): number {
  return median(
    a.map((value, index) => {
      const other = b[index];
      if (other === undefined || other === 0) throw new Error('rounds without a pair');
      return value / other;
    }),
  );
}

/** `value` with so many significant digits that a difference shows and noise does not. */
export function round(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}

export interface Bench {
  /** `npm run bench -- <name>`. */
  name: string;
  /** What it measures, in one line. */
  says: string;
  /** Runs it; `say` is for progress. Answers the JSON object that `--json` prints. */
  run(options: BenchOptions): Promise<Record<string, unknown>>;
  /** The limits that the result is held to, in words with pass or fail. */
  judge(result: Record<string, unknown>): { limit: string; measured: number; met: boolean }[];
}

export interface BenchOptions {
  rounds: number;
  say(text: string): void;
}
