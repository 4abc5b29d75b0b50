import type { App, Backend, LoadBalancer } from '@fairlead/api/types';
import { expect, test } from 'vitest';
import { pictureOf } from './picture.ts';

const backend = (name: string, more: Partial<Backend>): Backend =>
  ({
    id: name,
    server: { id: name, name, address: name, status: 'ready' },
    role: 'replica',
    state: 'active',
    inUpstream: 'up',
    address: '10.0.0.1',
    port: 20000,
    health: 'healthy',
    healthReason: null,
    healthLatencyMs: null,
    ...more,
  }) as Backend;

const app = {
  database: { engine: 'postgresql', host: '10.0.0.1', port: 5432 },
  primaryServer: { name: 'web-1', address: '198.18.0.11' },
} as App;

const balancer = (backends: Backend[]) =>
  ({ balancerServer: { id: 's', name: 'web-1', address: '198.18.0.11' }, backends }) as LoadBalancer;

test('names what is being done to a backend before its health', () => {
  const states = pictureOf(
    app,
    balancer([
      backend('a', { health: 'unhealthy' }),
      backend('b', { state: 'draining', inUpstream: 'absent' }),
      backend('c', { state: 'disabled', inUpstream: 'down' }),
      backend('d', { health: 'deploying' }),
    ]),
  ).backends.map(({ state, serving }) => [state, serving]);
  expect(states).toEqual([
    ['unhealthy', true],
    ['draining', false],
    ['disabled', false],
    ['deploying', true],
  ]);
});

test('says in words all that is drawn', () => {
  const { words } = pictureOf(
    app,
    balancer([
      backend('web-2', { health: 'unhealthy', healthReason: 'Connection refused', healthLatencyMs: 3.2 }),
    ]),
  );
  expect(words).toBe(
    'Clients reach web-1 at 198.18.0.11, which is the balancer. web-2 at 10.0.0.1 is unhealthy, because: Connection refused, and answered in 3.2 ms. They share PostgreSQL on web-1 at 10.0.0.1:5432.',
  );
});

test('draws no database where the app has none', () => {
  const alone = { ...app, database: { ...app.database, engine: 'none' } } as App;
  expect(pictureOf(alone, balancer([])).database).toBeNull();
});
