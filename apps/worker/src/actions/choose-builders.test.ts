import type { Backend, Server } from '@fairlead/db';
import { expect, test } from 'vitest';
import type { Fleet } from '../fleet.ts';
import { chooseBuilders } from './choose-builders.ts';

const facts = (versionId: string, architecture = 'x86_64') => ({
  hostVersion: '1',
  hostname: 'one',
  os: { id: 'debian', versionId, codename: '', prettyName: '' },
  kernel: '6.1',
  architecture,
  cores: 2,
  memoryBytes: 1,
  diskTotalBytes: 1,
  diskFreeBytes: 1,
  uptimeSeconds: 1,
  addresses: [],
  nginx: null,
  postgresql: null,
  mariadb: null,
  node: null,
  php: null,
  firewall: 'nftables',
});

/** Backends named by their servers; the first is the primary. */
function fleetOf(servers: Record<string, unknown>, buildOn = 'one'): Fleet {
  const names = Object.keys(servers);
  return {
    app: { buildOn },
    servers: names.map((id) => ({ id, facts: servers[id] }) as Server),
    backends: names.map(
      (id, at) => ({ id, serverId: id, role: at === 0 ? 'primary' : 'backend' }) as Backend,
    ),
  } as Fleet;
}

function chosen(fleet: Fleet, joining: readonly string[], served: readonly string[] = []): string[] {
  const backends = fleet.backends.filter(({ id }) => joining.includes(id));
  const live = served.map((backendId) => ({ backendId }));
  return chooseBuilders(fleet, backends, live).map(({ backend, builder }) =>
    builder === null ? backend.id : `${backend.id} from ${builder.id}`,
  );
}

const same = { one: facts('12'), two: facts('12'), three: facts('12') };
const mixed = { one: facts('12'), two: facts('13'), three: facts('13'), four: facts('12', 'aarch64') };

test('the primary builds for all that are as it is', () => {
  expect(chosen(fleetOf(same), ['one', 'two', 'three'])).toEqual(['one', 'two from one', 'three from one']);
});

test('one of each kind builds for its kind, and those that build come first', () => {
  const all = ['one', 'two', 'three', 'four'];
  expect(chosen(fleetOf(mixed), all)).toEqual(['one', 'two', 'four', 'three from two']);
});

test('without the primary the first that is there builds', () => {
  expect(chosen(fleetOf(same), ['two', 'three'])).toEqual(['two', 'three from two']);
});

test('who joins gets what serves', () => {
  expect(chosen(fleetOf(same), ['three'], ['one', 'two'])).toEqual(['three from one']);
  expect(chosen(fleetOf(mixed), ['two', 'three'], ['one'])).toEqual(['two', 'three from two']);
  // A second attempt: what it had put in service itself is no reason to wait for others.
  expect(chosen(fleetOf(same), ['two', 'three'], ['two'])).toEqual(['two', 'three from two']);
});

test('a server that nobody has looked at is like no other', () => {
  expect(chosen(fleetOf({ one: null, two: null }), ['one', 'two'])).toEqual(['one', 'two']);
});

test('by choice each builds for itself', () => {
  expect(chosen(fleetOf(same, 'each'), ['one', 'two', 'three'], ['one'])).toEqual(['one', 'two', 'three']);
});
