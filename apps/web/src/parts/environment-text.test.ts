import { expect, test } from 'vitest';
import { parseEnvironment } from './environment-text.ts';

const values = (text: string) => parseEnvironment(text).entries.map(({ key, value }) => [key, value]);

test('reads assignments, comments, quotes and exports as an .env file has them', () => {
  const text = [
    '# a comment',
    '',
    'A=1',
    'export B = two words ',
    `C='single $x'`,
    'D="line\\nbreak"',
    'E=',
  ].join('\n');
  expect(values(text)).toEqual([
    ['A', '1'],
    ['B', 'two words'],
    ['C', 'single $x'],
    ['D', 'line\nbreak'],
    ['E', ''],
  ]);
});

test('keeps everything behind the first equals sign', () => {
  expect(values('URL=postgres://u:p=x@h/db?a=b')).toEqual([['URL', 'postgres://u:p=x@h/db?a=b']]);
});

test('takes the last of two assignments to one key', () => {
  expect(values('A=1\nA=2')).toEqual([['A', '2']]);
});

test('names lines that are no assignment', () => {
  expect(parseEnvironment('A=1\nnonsense').problems).toEqual([
    { line: 2, message: 'Line 2 is not KEY=value.' },
  ]);
});
