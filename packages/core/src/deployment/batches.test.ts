import fc from 'fast-check';
import { expect, test } from 'vitest';
import { floorOf, floorRefusal, nextBatch } from './batches.ts';

const member = (name: string, isHealthy = true, isEnabled = true) => ({ name, isHealthy, isEnabled });
const names = (members: { name: string }[]) => members.map(({ name }) => name).join(' ');
const policy = (rolloutBatch: number, rolloutFloor: number) => ({ rolloutBatch, rolloutFloor });

test.each([
  ['one at a time', policy(1, 1), ['a', 'b', 'c'], 'a'],
  ['as many as the floor leaves', policy(3, 1), ['a', 'b', 'c'], 'a b'],
  ['all where nothing is to be kept', policy(0, 0), ['a', 'b', 'c'], 'a b c'],
  ['nobody where all are to be kept', policy(1, 3), ['a', 'b', 'c'], ''],
  ['the only one whatever the floor', policy(1, 5), ['a'], 'a'],
])('%s', (_, rules, waiting, expected) => {
  expect(
    names(
      nextBatch(
        rules,
        waiting.map((name) => member(name)),
        [],
      ),
    ),
  ).toBe(expected);
});

test('those that serve nobody well come first, also where the floor is not met', () => {
  const waiting = [member('a'), member('sick', false), member('off', true, false)];
  expect(names(nextBatch(policy(2, 1), waiting, []))).toBe('sick off');
  expect(names(nextBatch(policy(1, 2), [member('sick', false), member('b')], []))).toBe('sick');
  expect(nextBatch(policy(1, 2), [member('b')], [member('sick', false)])).toEqual([]);
});

test('healthy enabled backends outside of a batch are never fewer than the floor, unless they were before', () => {
  const members = fc.array(fc.record({ isHealthy: fc.boolean(), isEnabled: fc.boolean() }), { maxLength: 8 });
  const rules = fc.record({ rolloutBatch: fc.nat(4), rolloutFloor: fc.nat(6) });
  fc.assert(
    fc.property(rules, members, members, (rule, waiting, switched) => {
      const batch = nextBatch(rule, waiting, switched);
      const everybody = [...waiting, ...switched];
      const serving = everybody.filter((one) => one.isEnabled && one.isHealthy);
      const left = serving.filter((one) => !batch.includes(one as never)).length;
      const floor = floorOf(rule, everybody.filter(({ isEnabled }) => isEnabled).length);
      expect(left).toBeGreaterThanOrEqual(Math.min(floor, serving.length));
      if (rule.rolloutBatch > 0) expect(batch.length).toBeLessThanOrEqual(rule.rolloutBatch);
    }),
  );
});

test('a floor that no deployment can keep is told by its numbers', () => {
  expect(floorRefusal(policy(1, 2), 3)).toBeNull();
  expect(floorRefusal(policy(1, 9), 1)).toBeNull();
  expect(floorRefusal(policy(1, 3), 3)).toContain('keeps 3 healthy backends untouched, and 3 are enabled');
});
