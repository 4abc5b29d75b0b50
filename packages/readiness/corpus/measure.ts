import { type PointKey, pointKeys, type Status } from '../src/finding.ts';
import { scanRepository } from '../src/scan-repository.ts';
import type { Sample } from './sample.ts';

/** How answers compare with those that are known. `unknown` is no answer: it lowers recall, never precision. */
export interface Figures {
  answers: { precision: number; recall: number };
  /** Of `problem` alone. */
  problems: { precision: number; recall: number };
}

export interface Verdict {
  sample: string;
  point: PointKey;
  expected: Status;
  answered: Status;
}

export function judge(samples: readonly Sample[]): Verdict[] {
  return samples.flatMap((sample) => {
    const { findings, framework } = scan(sample);
    if (framework !== sample.framework) throw new Error(`${sample.name}: taken for ${framework}`);
    return pointKeys.map((point) => ({
      sample: sample.name,
      point,
      expected: sample.expected[point],
      answered: findings[point].status,
    }));
  });
}

export function scan({ files, environment = {}, facts = {} }: Sample) {
  const list = Object.entries(files).map(([path, text]) => ({ path, text }));
  return scanRepository({
    tree: { commit: 'c'.repeat(40), paths: Object.keys(files), files: list, unread: [] },
    environment,
    facts: { buildCommand: null, startCommand: null, backends: 2, database: null, ...facts },
  });
}

export function figures(verdicts: readonly Verdict[]): Figures {
  const of = (is: (status: Status) => boolean) => {
    const answered = verdicts.filter(({ answered }) => is(answered));
    const expected = verdicts.filter(({ expected }) => is(expected));
    const right = answered.filter((verdict) => verdict.answered === verdict.expected).length;
    return { precision: share(right, answered.length), recall: share(right, expected.length) };
  };
  return { answers: of((status) => status !== 'unknown'), problems: of((status) => status === 'problem') };
}

/** Nothing out of nothing is all. */
const share = (part: number, whole: number) => (whole === 0 ? 1 : part / whole);

/** A table of all points, and what was answered otherwise than expected. */
export function report(title: string, verdicts: readonly Verdict[]): string {
  const percent = (value: number) => value.toFixed(3).padStart(9);
  const row = (name: string, of: readonly Verdict[]) => {
    const { answers, problems } = figures(of);
    return `${name.padEnd(22)}${[answers.precision, answers.recall, problems.precision, problems.recall].map(percent).join('')}`;
  };
  return [
    `${title}: ${new Set(verdicts.map(({ sample }) => sample)).size} samples`,
    `${''.padEnd(22)}  answers           problems`,
    `${''.padEnd(22)}precision   recall precision   recall`,
    ...pointKeys.map((key) =>
      row(
        key,
        verdicts.filter(({ point }) => point === key),
      ),
    ),
    row('all', verdicts),
    ...verdicts
      .filter(({ expected, answered }) => expected !== answered)
      .map(({ sample, point, expected, answered }) => `  ${point}: ${answered}, not ${expected}: ${sample}`),
  ].join('\n');
}
