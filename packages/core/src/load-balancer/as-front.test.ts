import type { Backend } from '@fairlead/db';
import { type FrontSpec, readFront, renderFront } from '@fairlead/nginx';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredOf, type Fleet } from '../fleet.ts';
import { asFront, leftOut } from './as-front.ts';
import { capabilitiesOfServer } from './plan-files.ts';
import { restoreNotes } from './restore-notes.ts';

const backend = (n: number, change: Partial<Backend> = {}): Backend => ({
  id: `b${n}`,
  appId: 'a',
  serverId: `s${n}`,
  role: n === 1 ? 'primary' : 'replica',
  desired: 'enabled',
  state: 'active',
  address: `10.0.0.${n}`,
  colour: 'blue',
  releaseId: 'r',
  configHash: null,
  weight: 1,
  maxFails: 1,
  failTimeoutSeconds: 10,
  maxConns: 0,
  slowStartedAt: null,
  slowStartPercent: 100,
  port: null,
  openPorts: [],
  backup: false,
  drain: false,
  heldBack: null,
  canary: false,
  health: 'healthy',
  healthReason: null,
  healthLatencyMs: null,
  healthStatus: null,
  healthStreak: 1,
  restarts: null,
  processes: null,
  processesSeenAt: null,
  memoryMib: null,
  healthCheckedAt: null,
  healthChangedAt: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...change,
});

function fleetOf(backends: Backend[], change: { method?: string; domains?: string[] } = {}): Fleet {
  const servers = [1, 2, 3, 4].map((n) => ({
    id: `s${n}`,
    name: `web-${n}`,
    ipAddress: `198.18.0.${n}`,
    privateAddress: `10.0.0.${n}`,
  }));
  return {
    app: {
      slug: 'shop',
      slot: 3,
      runtime: 'node',
      documentRoot: null,
      port: 20_003,
      domains: change.domains ?? ['shop.example'],
      primaryServerId: 's1',
      databaseEngine: 'none',
      databaseName: null,
      databaseUser: null,
      removing: false,
    },
    loadBalancer: {
      id: 'lb',
      balancerServerId: 's1',
      successorServerId: null,
      formerServerId: null,
      enabled: true,
      maintenance: false,
      hashKey: 'uri',
      stickyCookie: 'seat',
      method: change.method ?? 'round_robin',
      generation: 7,
    },
    backends,
    servers,
  } as Fleet;
}

/** The front of a fleet, by way of the text that is stored of it. */
function frontOf(fleet: Fleet): FrontSpec {
  const [front] = desiredOf(fleet).fronts;
  if (front === undefined) throw new Error('no front');
  return readFront(renderFront(front.spec, capabilitiesOfServer(undefined)).content);
}

const desires = (fleet: Fleet) => fleet.backends.map(({ desired }) => desired);
const notesOf = (fleet: Fleet, front: FrontSpec) =>
  restoreNotes(fleet, asFront(fleet, front), {
    spec: front,
    from: 'Generation 7',
    streams: null,
    adopted: null,
  }).map(({ text }) => text);

describe('asFront', () => {
  it('brings method and who is up or down back', () => {
    const earlier = frontOf(
      fleetOf([backend(1), backend(2, { desired: 'disabled' })], { method: 'least_conn' }),
    );
    const fleet = fleetOf([backend(1, { desired: 'disabled' }), backend(2)]);
    const after = asFront(fleet, earlier);
    expect(after.loadBalancer.method).toBe('least_conn');
    expect(desires(after)).toEqual(['enabled', 'disabled']);
    expect(notesOf(fleet, earlier)).toEqual([]);
  });

  it('disables who stood not in it, and says that it stays deployed', () => {
    const earlier = frontOf(fleetOf([backend(1)]));
    const fleet = fleetOf([backend(1), backend(2)]);
    expect(desires(asFront(fleet, earlier))).toEqual(['enabled', 'disabled']);
    expect(notesOf(fleet, earlier)).toEqual([
      'web-2 has no place there: it is disabled, and stays deployed.',
    ]);
  });

  it('names who is gone, on the way out or not yet proved, and leaves them as they are', () => {
    const earlier = frontOf(fleetOf([1, 2, 3, 4].map((n) => backend(n))));
    const fleet = fleetOf([
      backend(1),
      backend(2, { desired: 'removed', state: 'removing' }),
      backend(3, { state: 'deploying', releaseId: null }),
    ]);
    expect(desires(asFront(fleet, earlier))).toEqual(['enabled', 'removed', 'enabled']);
    expect(leftOut(fleet, earlier)).toHaveLength(3);
    expect(notesOf(fleet, earlier)).toEqual([
      'web-2 is being removed and is left out.',
      'web-3 has not proved healthy yet and stays as it is.',
      '10.0.0.4:20003 is no backend of this app any more and is left out.',
    ]);
  });

  it('knows a backend by its address, whatever its port was then', () => {
    const earlier = frontOf(fleetOf([backend(1)]));
    const fleet = fleetOf([backend(1)]);
    const moved = { ...fleet, app: { ...fleet.app, port: 20_004 } };
    expect(leftOut(moved, earlier)).toEqual([]);
    expect(desires(asFront(moved, earlier))).toEqual(['enabled']);
  });

  it('keeps the domains of today and says which they were', () => {
    const earlier = frontOf(fleetOf([backend(1)], { domains: ['old.example'] }));
    expect(notesOf(fleetOf([backend(1)]), earlier)).toEqual([
      'Generation 7 answers for old.example. Domains are the app’s own setting and stay as they are now.',
    ]);
  });

  it('leaves rows alone that say it already, so that nothing is written for them', () => {
    const fleet = fleetOf([backend(1), backend(2, { desired: 'disabled' })]);
    const after = asFront(fleet, frontOf(fleet));
    expect(after.backends.every((row, index) => row === fleet.backends[index])).toBe(true);
  });

  it('renders to the front it came from, for every fleet of which nobody is gone since', {
    timeout: 60_000,
  }, () => {
    const row = fc.record({
      desired: fc.constantFrom('enabled', 'disabled'),
      weight: fc.integer({ min: 1, max: 100 }),
      maxFails: fc.integer({ min: 0, max: 100 }),
      failTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
      maxConns: fc.integer({ min: 0, max: 100_000 }),
    });
    const rows = fc.tuple(row, row, row).map((all) => all.map((options, n) => backend(n + 1, options)));
    const method = fc.constantFrom('round_robin', 'least_conn', 'ip_hash', 'hash', 'random', 'sticky');
    fc.assert(
      fc.property(rows, rows, method, method, (then, now, methodThen, methodNow) => {
        const earlier = frontOf(fleetOf(then, { method: methodThen }));
        expect(frontOf(asFront(fleetOf(now, { method: methodNow }), earlier))).toEqual(earlier);
      }),
    );
  });
});
