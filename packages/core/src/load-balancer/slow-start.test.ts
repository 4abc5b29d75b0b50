import type { Backend, Server } from '@fairlead/db';
import { describe, expect, it } from 'vitest';
import type { Fleet } from '../fleet.ts';
import { isStepDue, paced, slowStartEndsAt, slowStartPercentAt, slowStartRefusal } from './slow-start.ts';

const start = new Date(1_000_000);
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const server = (version: string) => ({
  id: 's1',
  name: 'one',
  facts: { nginx: { version, modules: [], running: true } },
});

function fleetOf(backends: Partial<Backend>[], balancer: object = {}): Fleet {
  return {
    loadBalancer: {
      balancerServerId: 's1',
      enabled: true,
      method: 'round_robin',
      slowStartSeconds: 30,
      ...balancer,
    },
    backends: backends.map((backend, index) => ({
      id: `b${index + 1}`,
      backup: false,
      drain: false,
      slowStartedAt: null,
      slowStartPercent: 100,
      ...backend,
    })),
    servers: [server('1.22.1')],
  } as unknown as Fleet;
}
/** Of which backends the front has who is up before, and who is to be. */
const pace = (fleet: Fleet, was: string[] | null, is: string[], now = start) =>
  Object.fromEntries(paced(fleet, ({ id }) => is.includes(id), was && (({ id }) => was.includes(id)), now));
const rested = { slowStartedAt: null, slowStartPercent: 100 };
const first = { slowStartedAt: start, slowStartPercent: 10 };

describe('the part of its weight that a backend is given', () => {
  it.each([
    [0, 10],
    [9.9, 10],
    [10, 25],
    [19.9, 25],
    [20, 50],
    [29.9, 50],
    [30, 100],
    [90_000, 100],
    [-5, 10],
  ])('%d s after it came back is %i %%', (seconds, percent) => {
    expect(slowStartPercentAt(start, 30, after(seconds))).toBe(percent);
  });

  it('follows from when it came back alone', () => {
    const climbing = { slowStartedAt: start, slowStartPercent: 10 };
    expect(pace(fleetOf([{}, climbing]), ['b1', 'b2'], ['b1', 'b2'], after(21)).b2).toEqual({
      slowStartedAt: start,
      slowStartPercent: 50,
    });
    expect(slowStartEndsAt(climbing, 30)).toEqual(after(30));
    expect(slowStartEndsAt(rested, 30)).toBeNull();
  });
});

describe('a slow start', () => {
  it('begins for who is new beside others, and for nobody else', () => {
    expect(pace(fleetOf([{}, {}, {}]), ['b1'], ['b1', 'b2'])).toEqual({ b1: rested, b2: first, b3: rested });
    expect(pace(fleetOf([{}, {}]), ['b1'], ['b2']).b2).toEqual(rested);
    expect(pace(fleetOf([{}, {}]), [], ['b1', 'b2'])).toEqual({ b1: rested, b2: rested });
    expect(pace(fleetOf([{}, {}]), null, ['b1', 'b2'])).toEqual({ b1: rested, b2: rested });
    expect(pace(fleetOf([{}, { backup: true }]), ['b1'], ['b1', 'b2']).b2).toEqual(rested);
  });

  it('ends at once where it has no part any more', () => {
    const climbing = { slowStartedAt: start, slowStartPercent: 25 };
    const both = ['b1', 'b2'];
    expect(pace(fleetOf([{}, climbing]), both, ['b1']).b2).toEqual(rested);
    for (const change of [{ slowStartSeconds: 0 }, { enabled: false }, { method: 'ip_hash' }])
      expect(pace(fleetOf([{}, climbing], change), both, both).b2).toEqual(rested);
  });

  it('begins anew for who went out and came back', () => {
    const climbing = { slowStartedAt: after(-25), slowStartPercent: 50 };
    expect(pace(fleetOf([{}, climbing]), ['b1'], ['b1', 'b2']).b2).toEqual(first);
  });

  it('is due when another part is, and until its end is known to be served', () => {
    const due = (slowStartPercent: number, seconds: number, of = 30) =>
      isStepDue({ slowStartedAt: start, slowStartPercent }, of, after(seconds));
    expect([
      due(10, 5),
      due(10, 11),
      due(25, 11),
      due(50, 29),
      due(50, 31),
      due(100, 31),
      due(25, 1, 0),
    ]).toEqual([false, true, false, false, true, true, true]);
    expect(isStepDue(rested, 30, after(99))).toBe(false);
  });

  it('is refused where weights say whose requests go where', () => {
    const refusal = (method: Parameters<typeof slowStartRefusal>[1], version = '1.22.1') =>
      slowStartRefusal(server(version) as unknown as Server, method);
    for (const method of ['round_robin', 'least_conn', 'random', 'least_time'] as const)
      expect(refusal(method)).toBeNull();
    expect(refusal('ip_hash')).toContain('sent elsewhere');
    expect(refusal('hash')).toContain('sent elsewhere');
    expect(refusal('sticky')).toContain('one has 1.22.1');
  });
});
