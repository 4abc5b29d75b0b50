import { expect, test } from 'vitest';
import { freshStream, refusedOf, streamErrors } from './stream-errors.ts';
import { describeStream, listed } from './streams.ts';

test('a new stream is one that the API takes', () => {
  expect(streamErrors([freshStream()], 0)).toEqual({});
  expect(describeStream(freshStream())).toBe('Round robin');
});

test('names and networks are read however they are separated', () => {
  expect(listed(' a.example.com,b.example.com\n\nc.example.com ')).toEqual([
    'a.example.com',
    'b.example.com',
    'c.example.com',
  ]);
  expect(listed(' ')).toEqual([]);
});

test('an error stands at its own field, of its own stream', () => {
  const [one, two] = [
    freshStream(),
    { ...freshStream(), name: 'other', listenPort: 9100, serverNames: ['not a name'] },
  ];
  expect(streamErrors([one, two], 0)).toEqual({});
  expect(Object.keys(streamErrors([one, two], 1)).sort()).toEqual(['serverNames']);
  expect(refusedOf({ 'streams.1.listenPort': 'Taken.', streams: 'Taken.', name: 'x' }, 1)).toEqual({
    listenPort: 'Taken.',
  });
});
