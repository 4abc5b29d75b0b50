import { describe, expect, it } from 'vitest';
import { isOrderDue, renewalOf, retryOf, withinWindow } from './renewal.ts';

const day = 86_400_000;
const at = (days: number) => new Date(1_800_000_000_000 + days * day);
const daysOf = (date: Date) => (date.getTime() - at(0).getTime()) / day;

describe('a renewal', () => {
  it('of 90 days is due 30 to 27 days before the end, whatever chance says', () => {
    const certificate = { notBefore: at(0), notAfter: at(90) };
    expect([0, 0.5, 1].map((chance) => daysOf(renewalOf(certificate, chance)))).toEqual([60, 61.5, 63]);
  });

  it('of six days is due two days before the end', () => {
    expect(daysOf(renewalOf({ notBefore: at(0), notAfter: at(6) }, 0))).toBe(4);
  });

  it('lies within the window that a directory wants', () => {
    const window = { start: at(10), end: at(12) };
    expect([0, 0.5, 1].map((chance) => daysOf(withinWindow(window, chance)))).toEqual([10, 11, 12]);
  });
});

describe('a failed order', () => {
  it('is tried again later each time, at most a day later, and never before the directory wants', () => {
    const hours = (failures: number, least = 0, chance = 0.5) =>
      Math.round(daysOf(retryOf(at(0), failures, least, chance)) * 24 * 100) / 100;
    expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) => hours(failures))).toEqual([
      0.02, 0.17, 1, 3, 6, 12, 24, 24, 24,
    ]);
    expect([hours(3, 0, 0), hours(3, 0, 1)]).toEqual([0.9, 1.1]);
    expect(hours(1, 7200)).toBe(2);
  });
});

describe('an order', () => {
  const order = { dueAt: at(5), failures: 0 };
  const certificate = { names: ['a.example'] };

  it('is due when its time has come', () => {
    expect(isOrderDue(order, certificate, ['a.example'], at(4))).toBe(false);
    expect(isOrderDue(order, certificate, ['a.example'], at(5))).toBe(true);
  });

  it('is due at once for a new name, unless one has failed: then it waits', () => {
    expect(isOrderDue(order, certificate, ['a.example', 'b.example'], at(0))).toBe(true);
    expect(isOrderDue(order, null, ['a.example'], at(0))).toBe(true);
    expect(isOrderDue({ ...order, failures: 1 }, null, ['a.example'], at(0))).toBe(false);
    expect(isOrderDue({ ...order, failures: 1 }, null, ['a.example'], at(6))).toBe(true);
  });

  it('is never due for an app without a name', () => {
    expect(isOrderDue(order, null, [], at(9))).toBe(false);
  });
});
