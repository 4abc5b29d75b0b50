import { backendSpecHash, type Fleet } from '@fairlead/core';
import type { Backend, Operation } from '@fairlead/db';
import { expect, test } from 'vitest';
import { differenceOf } from './difference.ts';
import { provenState } from './fleet.ts';

const now = new Date(1_000_000);
const backend = (n: number, change: Partial<Backend> = {}) =>
  ({
    id: `b${n}`,
    serverId: `s${n}`,
    role: n === 1 ? 'primary' : 'replica',
    desired: 'enabled',
    state: 'active',
    address: `10.0.0.${n}`,
    colour: 'blue',
    port: null,
    openPorts: [],
    releaseId: 'r',
    health: 'healthy',
    healthCheckedAt: now,
    ...change,
  }) as Backend;

function fleetOf(...backends: Backend[]): Fleet {
  return {
    app: {
      slug: 'shop',
      slot: 0,
      runtime: 'node',
      port: 20_000,
      domains: ['shop.example'],
      primaryServerId: 's1',
      databaseEngine: 'none',
      healthIntervalMs: 10_000,
    },
    loadBalancer: {
      balancerServerId: 's1',
      successorServerId: null,
      formerServerId: null,
      enabled: true,
      method: 'round_robin',
      generation: 5,
    },
    backends,
    servers: [1, 2, 3].map((n) => ({ id: `s${n}`, ipAddress: `10.0.0.${n}`, privateAddress: null })),
  } as unknown as Fleet;
}

const restore = { kind: 'load-balancer.restore', backendId: null } as Operation;
const idsOf = (backends: Backend[]) => backends.map(({ id }) => id);

test('a restore of backends that are all ready changes the front alone', () => {
  const fleet = fleetOf(backend(1), backend(2, { desired: 'disabled' }), backend(3, { state: 'disabled' }));
  expect(differenceOf(fleet, restore, now)).toMatchObject({ joining: [], isFrontAlone: true });
});

test('a restore brings back a backend that has not been seen healthy lately only after a look', () => {
  const fleet = fleetOf(backend(1), backend(2, { state: 'disabled', health: 'unhealthy' }));
  const difference = differenceOf(fleet, restore, now);
  expect(idsOf(difference.joining)).toEqual(['b2']);
  expect(difference.isFrontAlone).toBe(false);
});

test('a restore leaves a backend that never proved healthy to its own operation', () => {
  const fleet = fleetOf(backend(1), backend(2, { state: 'deploying', releaseId: null }));
  expect(differenceOf(fleet, restore, now)).toMatchObject({ joining: [], isFrontAlone: true });
});

test('other limits are told to the backends whose file says something else, by a change or a restore alone', () => {
  const spec = provenState(fleetOf(backend(1))).backends[0]?.spec;
  if (!spec) throw new Error('no spec');
  const current = backend(1, { configHash: backendSpecHash(spec, null) });
  const old = backend(2, { configHash: 'of-before' });
  const fleet = fleetOf(current, old, backend(3, { configHash: null }));
  const change = { kind: 'load-balancer.change', backendId: null } as Operation;
  expect(idsOf(differenceOf(fleet, change, now).retold)).toEqual(['b2']);
  expect(differenceOf(fleet, change, now).isFrontAlone).toBe(true);
  const taken = { kind: 'load-balancer.import', backendId: null } as Operation;
  expect(differenceOf(fleet, taken, now)).toMatchObject({ retold: [{ id: 'b2' }], isFrontAlone: true });
  expect(idsOf(differenceOf(fleet, restore, now).retold)).toEqual(['b2']);
  const toggle = { kind: 'backend.toggle', backendId: 'b1' } as Operation;
  expect(differenceOf(fleet, toggle, now).retold).toEqual([]);
});

test('a backend moves where its port was asked for and another is open still, and by that operation alone', () => {
  const fleet = fleetOf(backend(1), backend(2, { port: 8080, openPorts: [20_000] }));
  const configure = (input: object, backendId = 'b2') =>
    differenceOf(fleet, { kind: 'backend.configure', backendId, input } as unknown as Operation, now);
  expect(idsOf(configure({ port: 8080 }).moving)).toEqual(['b2']);
  expect(configure({ port: 8080 }).isFrontAlone).toBe(false);
  for (const other of [
    configure({ weight: 3 }),
    configure({ port: 8080 }, 'b1'),
    differenceOf(fleet, restore, now),
  ])
    expect(other).toMatchObject({ moving: [], isFrontAlone: true });
});

test('a backend that was away joins anew by an operation of its own, and can be disabled where it is', () => {
  const away = (change: Partial<Backend> = {}) =>
    fleetOf(backend(1), backend(2, { heldBack: 'behind', ...change }));
  const asked = (kind: string, backendId: string | null) => ({ kind, backendId }) as Operation;
  const joining = (fleet: Fleet, operation: Operation) => idsOf(differenceOf(fleet, operation, now).joining);
  expect(joining(away(), asked('backend.catch-up', 'b2'))).toEqual(['b2']);
  expect(joining(away(), asked('backend.toggle', 'b2'))).toEqual(['b2']);
  expect(joining(away({ desired: 'disabled' }), asked('backend.toggle', 'b2'))).toEqual([]);
  expect(joining(away(), asked('load-balancer.enable', null))).toEqual([]);
  expect(joining(away(), restore)).toEqual([]);
});
