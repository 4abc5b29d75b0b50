import { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { finishOperations, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

const listUrl = 'https://www.example.com/ips';
const known = ['198.51.100.0/24', '2001:db8::/32', '203.0.113.9'];
const hourMs = 3_600_000;

let world: World;
let owner: core.Actor;
let lines: string[] | AppError;
let asked: string[] = [];
const source = {
  read: async (url: string) => {
    asked.push(url);
    if (lines instanceof AppError) throw lines;
    return lines;
  },
};
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());

const change = (appId: string, trustedProxy: object | null) =>
  core.changeLoadBalancer(world.ctx, owner, { appId, http: { trustedProxy } });
const read = (appId: string) => core.readLoadBalancer(world.ctx, owner, { appId });
/** What a look at every list that is due comes to, by app. */
async function look() {
  asked = [];
  const outcomes: Record<string, string> = {};
  for (const row of await core.findStaleNetworkLists(world.ctx)) {
    outcomes[row.appId] = await core.refreshNetworkList({ ...world.ctx, networkLists: source }, row);
  }
  return outcomes;
}
const later = (ms: number) => {
  world.now.value = new Date(world.now.value.getTime() + ms);
};
async function listed(): Promise<string> {
  const { app } = await seedLiveApp(world, owner);
  await change(app.id, { networks: known, listUrl });
  await finishOperations(world, app.id);
  return app.id;
}

it('is read once a day, and changes nothing while it says the same', async () => {
  const appId = await listed();
  lines = known.toReversed();
  const { generation } = await read(appId);
  expect((await read(appId)).networkList).toEqual({ checkedAt: null, fault: null });
  expect(await look()).toMatchObject({ [appId]: 'same' });
  expect(asked).toContain(listUrl);
  expect(await read(appId)).toMatchObject({
    generation,
    networkList: { checkedAt: world.now.value.toISOString(), fault: null },
  });
  later(23 * hourMs);
  expect(await look()).not.toHaveProperty(appId);
  later(hourMs);
  expect(await look()).toHaveProperty(appId);
  await change(appId, null);
});

it('that names others is a new generation and an operation in the name of Fairlead', async () => {
  const appId = await listed();
  lines = [...known, '198.18.7.0/24'];
  const { generation } = await read(appId);
  expect(await look()).toMatchObject({ [appId]: 'changed' });
  const { http, generation: next, activeOperation } = await read(appId);
  expect(http.trustedProxy).toMatchObject({
    networks: ['198.18.7.0/24', ...known].toSorted(),
    field: 'X-Forwarded-For',
    listUrl,
  });
  expect(next).toBe(generation + 1);
  expect(activeOperation).toMatchObject({ kind: 'load-balancer.change' });
  const { items } = await core.listAudit(world.ctx, owner, {});
  expect(items[0]).toMatchObject({ action: 'load-balancer.change', actorName: 'Fairlead' });
  await change(appId, null);
});

it.each([
  ['is empty', [], 'it is empty'],
  ['is a page', ['<html>', ...known], 'entry 1, “<html>”'],
  ['names everybody', [...known, '0.0.0.0/0'], 'So wide a network'],
  ['has lost most of what it named', ['198.51.100.0/24'], 'only 1 of the 3'],
  ['can’t be read', new AppError('network-list-unreachable', 'It answered 404.'), 'It answered 404.'],
])('that %s changes nothing, and says why', async (_, answer, why) => {
  const appId = await listed();
  lines = answer;
  const { generation } = await read(appId);
  expect(await look()).toMatchObject({ [appId]: 'refused' });
  const after = await read(appId);
  expect(after.networkList?.fault).toContain(why);
  expect([after.generation, after.http.trustedProxy?.networks]).toEqual([generation, known.toSorted()]);
  later(hourMs);
  lines = known;
  expect(await look()).toMatchObject({ [appId]: 'same' });
  expect((await read(appId)).networkList?.fault).toBeNull();
  await change(appId, null);
});

it('gives way to whoever changes the settings while it is read', async () => {
  const appId = await listed();
  const slow = {
    read: async () => {
      await change(appId, { networks: ['203.0.113.77'], listUrl });
      return [...known, '198.18.7.0/24'];
    },
  };
  for (const row of await core.findStaleNetworkLists(world.ctx)) {
    if (row.appId === appId)
      expect(await core.refreshNetworkList({ ...world.ctx, networkLists: slow }, row)).toBe('same');
  }
  expect((await read(appId)).http.trustedProxy?.networks).toEqual(['203.0.113.77']);
});
