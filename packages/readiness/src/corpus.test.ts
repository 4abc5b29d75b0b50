import { expect, test } from 'vitest';
import { holdOut } from '../corpus/hold-out.ts';
import { corpus } from '../corpus/index.ts';
import { figures, judge, report } from '../corpus/measure.ts';

const threshold = 0.95;

test('the corpus is answered as it is known, point by point', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(40);
  const verdicts = judge(corpus);
  console.info(report('Corpus', verdicts));
  const { answers, problems } = figures(verdicts);
  for (const figure of [answers.precision, answers.recall, problems.precision, problems.recall]) {
    expect(figure).toBeGreaterThanOrEqual(threshold);
  }
});

test('trees that the scanner was not made with', () => {
  expect(holdOut.length).toBeGreaterThanOrEqual(12);
  const verdicts = judge(holdOut);
  console.info(report('Hold-out', verdicts));
  const { answers, problems } = figures(verdicts);
  for (const figure of [answers.precision, answers.recall, problems.precision, problems.recall]) {
    expect(figure).toBeGreaterThanOrEqual(0.9);
  }
});
