import type { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('a tag is kept with its deployment and waits apart from the branch and from other tags', async () => {
  const { owner } = world.ours;
  const { app } = await seedLiveApp(world, owner);
  const start = async (more: object) =>
    (await core.startDeployment(world.ctx, owner, { appId: app.id, ...more })).operation;
  const branch = await start({});
  const tag = await start({ tag: 'v1.0' });
  expect(tag.id).not.toBe(branch.id);
  expect((await start({ tag: 'v1.0' })).id).toBe(tag.id);
  expect((await start({ tag: 'v1.1' })).id).not.toBe(tag.id);
  const { items } = await core.listDeployments(world.ctx, owner, { appId: app.id });
  expect(items.map((deployment) => deployment.tag)).toEqual([
    'v1.1',
    'v1.0',
    null,
    ...items.slice(3).map(() => null),
  ]);
});

it.each([
  { tag: 'v1', commit: 'a'.repeat(40) },
  { tag: '-x' },
  { tag: 'a..b' },
  { tag: 'refs/tags/x' },
  { tag: '' },
])('refuses %j', async (more) => {
  const { owner } = world.ours;
  const { app } = await seedLiveApp(world, owner);
  const refused = await core.startDeployment(world.ctx, owner, { appId: app.id, ...more }).then(
    () => 'accepted',
    (error: AppError) => error.code,
  );
  expect(refused).toBe('invalid-input');
});
