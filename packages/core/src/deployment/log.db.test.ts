import { afterAll, beforeAll, expect, it } from 'vitest';
import * as core from '../index.ts';
import { seedBalancedApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('has the lines of all that was done for it, by server, page by page, and no others', async () => {
  const { owner } = world.ours;
  const { prisma } = world.ctx;
  const { app, backend, primary, replicas, servers } = await seedBalancedApp(world, owner);
  const deployment = await prisma.deployment.findFirstOrThrow({ where: { appId: app.id } });
  const write = async (kind: string, deploymentId: string | null, lines: [string | null, string][]) => {
    const { organizationId } = owner;
    const operation = await prisma.operation.create({
      data: { organizationId, kind, title: kind, actorName: 'x', appId: app.id, deploymentId },
    });
    for (const [position, [serverId, text]] of lines.entries()) {
      const data = { operationId: operation.id, key: `k${position}`, title: text, position, serverId };
      const step = await prisma.step.create({ data });
      await prisma.logLine.create({
        data: { operationId: operation.id, stepId: step.id, stream: 'stdout', text },
      });
    }
  };
  const [replica] = servers;
  await write('app.deploy', deployment.id, [
    [null, 'found'],
    [primary.id, 'built here'],
    [replica?.id ?? null, 'built there'],
  ]);
  await write('canary.promote', deployment.id, [[primary.id, 'promoted']]);
  await write('backend.add', deployment.id, [[primary.id, 'joins later']]);
  await write('app.deploy', null, [[primary.id, 'another deployment']]);
  const ids = { appId: app.id, deploymentId: deployment.id };
  const read = (more: object = {}) =>
    core.readDeploymentLog(world.ctx, world.ours.viewer, { ...ids, ...more });
  const texts = ({ items }: Awaited<ReturnType<typeof read>>) => items.map(({ text }) => text);
  expect(texts(await read())).toEqual(['found', 'built here', 'built there', 'promoted']);
  expect(texts(await read({ backendId: backend.id }))).toEqual(['built here', 'promoted']);
  expect(texts(await read({ backendId: replicas[0]?.id }))).toEqual(['built there']);
  const first = await read({ limit: 3 });
  expect(first.more).toBe(true);
  expect(first.items.map(({ serverName }) => serverName)).toEqual([null, primary.name, replica?.name]);
  expect(texts(await read({ after: first.nextAfter ?? undefined }))).toEqual(['promoted']);
  const other = await seedBalancedApp(world, owner);
  await expect(read({ backendId: other.backend.id })).rejects.toMatchObject({ code: 'not-found' });
  await expect(read({ appId: other.app.id })).rejects.toMatchObject({ code: 'not-found' });
});
