import { expect, test } from 'vitest';
import { parseUnifiedDiff } from './unified-diff.ts';

const diff = [
  '--- a/front.conf',
  '+++ b/front.conf',
  '@@ -1,3 +1,4 @@',
  ' upstream shop {',
  '-  server 10.0.0.1:20000 down;',
  '+  server 10.0.0.1:20000;',
  '+  server 10.0.0.2:20000;',
  ' }',
  '\\ No newline at end of file',
].join('\n');

test('numbers added, removed and unchanged lines as they were and will be', () => {
  const parsed = parseUnifiedDiff(diff);
  expect(parsed).toMatchObject({ added: 2, removed: 1 });
  expect(parsed.hunks[0]?.lines.map(({ kind, before, after }) => [kind, before, after])).toEqual([
    ['context', 1, 1],
    ['remove', 2, undefined],
    ['add', undefined, 2],
    ['add', undefined, 3],
    ['context', 3, 4],
  ]);
});

test('finds nothing in an empty diff', () => {
  expect(parseUnifiedDiff('')).toEqual({ hunks: [], added: 0, removed: 0 });
});
