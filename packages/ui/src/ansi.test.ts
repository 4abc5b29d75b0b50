import { expect, test } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi.ts';

test('turns colours and weight into spans and back to plain at reset', () => {
  expect(parseAnsi('a \u001b[1;31merror\u001b[0m b')).toEqual([
    { text: 'a ' },
    { text: 'error', bold: true, colour: 'red' },
    { text: ' b' },
  ]);
});

test('keeps markup as letters', () => {
  expect(parseAnsi('<script>alert(1)</script>')).toEqual([{ text: '<script>alert(1)</script>' }]);
});

test('drops cursor moves, titles, links and lone control characters', () => {
  expect(
    stripAnsi('\u001b]0;title\u0007\u001b[2K\u001b]8;;https://x\u001b\\go\u001b]8;;\u001b\\\u0007\u0000!'),
  ).toBe('go!');
});

test('passes over 256 colours and RGB without eating the codes after them', () => {
  expect(parseAnsi('\u001b[38;5;200;1mx')).toEqual([{ text: 'x', bold: true }]);
  expect(parseAnsi('\u001b[38;2;1;2;3;32my')).toEqual([{ text: 'y', colour: 'green' }]);
});

test('shows what a progress bar shows last', () => {
  expect(stripAnsi('10 %\r50 %\r100 %\r')).toBe('100 %');
});
