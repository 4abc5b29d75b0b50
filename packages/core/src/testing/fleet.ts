import { createHash } from 'node:crypto';
import type { App, Backend, LoadBalancer, Server } from '@fairlead/db';
import { renderFront, renderStreams } from '@fairlead/nginx';
import { createApp } from '../app/create.ts';
import { noFigures } from '../canary/figures.ts';
import { canarySchema } from '../canary/schemas.ts';
import type { Actor } from '../context.ts';
import { desiredOf, loadFleet } from '../fleet.ts';
import { storeNginxReading } from '../import/store.ts';
import { capabilitiesOfServer } from '../load-balancer/plan-files.ts';
import type { World } from './world.ts';

let count = 0;

/** A server in a state, written past the use-cases. */
export async function seedServer(world: World, actor: Actor, change: Partial<Server> = {}): Promise<Server> {
  count += 1;
  const last = count % 250;
  return world.ctx.prisma.server.create({
    data: {
      organizationId: actor.organizationId,
      name: `server-${count}`,
      address: `198.18.${Math.floor(count / 250)}.${last + 1}`,
      ipAddress: `198.18.${Math.floor(count / 250)}.${last + 1}`,
      privateAddress: `10.0.${Math.floor(count / 250)}.${last + 1}`,
      status: 'ready',
      hostKey: 'ssh-ed25519 AAAA',
      hostKeyFingerprint: `SHA256:${'h'.repeat(43)}`,
      preparedAt: new Date(),
      ...(change as object),
    },
  });
}

export const commit = 'c'.repeat(40);

export interface SeededApp {
  app: App;
  primary: Server;
  backend: Backend;
  loadBalancer: LoadBalancer;
}

/** An app by the use-case, as it is before its first deployment. */
export async function seedApp(world: World, actor: Actor, input: object = {}): Promise<SeededApp> {
  const primary = await seedServer(world, actor);
  count += 1;
  const view = await createApp(world.ctx, actor, {
    name: `App ${count}`,
    repositoryUrl: 'https://git.example/app.git',
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [`app-${count}.example.com`],
    primaryServerId: primary.id,
    databaseEngine: 'postgresql',
    ...input,
  });
  return reload(world, view.id, primary);
}

async function reload(world: World, appId: string, primary: Server): Promise<SeededApp> {
  const { prisma } = world.ctx;
  return {
    app: await prisma.app.findUniqueOrThrow({ where: { id: appId } }),
    primary,
    backend: await prisma.backend.findFirstOrThrow({ where: { appId, role: 'primary' } }),
    loadBalancer: await prisma.loadBalancer.findUniqueOrThrow({ where: { appId } }),
  };
}

/** An app whose first deployment went well. */
export async function seedLiveApp(world: World, actor: Actor, input: object = {}): Promise<SeededApp> {
  const { prisma } = world.ctx;
  const { app, primary, backend, loadBalancer } = await seedApp(world, actor, input);
  const deployment = await prisma.deployment.create({
    data: { appId: app.id, number: 1, branch: 'main', commit, status: 'succeeded' },
  });
  const release = await prisma.release.create({
    data: { deploymentId: deployment.id, backendId: backend.id, commit, status: 'live' },
  });
  await prisma.app.update({ where: { id: app.id }, data: { status: 'live' } });
  await prisma.backend.update({
    where: { id: backend.id },
    data: { state: 'active', colour: 'blue', releaseId: release.id, health: 'healthy' },
  });
  await prisma.loadBalancer.update({ where: { id: loadBalancer.id }, data: { observedGeneration: 1 } });
  await seedAppliedConfig(world, app.id);
  return reload(world, app.id, primary);
}

/** The front of what is desired now, as if it had just been applied. */
export async function seedAppliedConfig(world: World, appId: string, operationId?: string): Promise<void> {
  const { prisma } = world.ctx;
  const fleet = await loadFleet(prisma, appId);
  const [front] = desiredOf(fleet).fronts;
  if (front === undefined) throw new Error('this app has no front');
  const { content, sha256 } = renderFront(front.spec, capabilitiesOfServer(undefined));
  const { streams } = front;
  const beside = streams === null ? null : renderStreams(streams, capabilitiesOfServer(undefined)).content;
  const { id: loadBalancerId, generation } = fleet.loadBalancer;
  const data = { loadBalancerId, generation, serverId: front.serverId, sha256, content, streams: beside };
  await prisma.appliedConfig.create({ data: { ...data, operationId: operationId ?? null } });
}

/** A live app balanced over the primary and `replicas` others, all of them active. */
export async function seedBalancedApp(world: World, actor: Actor, replicas = 1) {
  const { prisma } = world.ctx;
  const seeded = await seedLiveApp(world, actor);
  const servers = [];
  for (let n = 0; n < replicas; n += 1) servers.push(await seedServer(world, actor));
  const others = [];
  for (const server of servers) {
    others.push(
      await prisma.backend.create({
        data: {
          appId: seeded.app.id,
          serverId: server.id,
          role: 'replica',
          state: 'active',
          address: server.privateAddress ?? server.address,
          colour: 'blue',
          releaseId: seeded.backend.releaseId,
          health: 'healthy',
        },
      }),
    );
  }
  await prisma.loadBalancer.update({
    where: { id: seeded.loadBalancer.id },
    data: { enabled: true, status: 'on', generation: 2, observedGeneration: 2 },
  });
  return { ...seeded, servers, replicas: others };
}

/** A balanced app of which the first of two replicas has a canary. */
export async function seedCanary(world: World, actor: Actor, settings: object = {}) {
  const { prisma } = world.ctx;
  const seeded = await seedBalancedApp(world, actor, 2);
  const [chosen] = seeded.replicas;
  if (chosen === undefined) throw new Error('there is no replica');
  const state = { startedAt: new Date().toISOString(), canary: noFigures, stable: noFigures };
  const deployment = await prisma.deployment.create({
    data: {
      appId: seeded.app.id,
      number: 2,
      branch: 'main',
      commit: 'd'.repeat(40),
      status: 'canary',
      canary: canarySchema.parse(settings),
      canaryState: state,
    },
  });
  const release = await prisma.release.create({
    data: { deploymentId: deployment.id, backendId: chosen.id, commit: 'd'.repeat(40), status: 'live' },
  });
  await prisma.backend.update({ where: { id: chosen.id }, data: { canary: true, releaseId: release.id } });
  await prisma.loadBalancer.update({
    where: { appId: seeded.app.id },
    data: { canary: { deploymentId: deployment.id, number: 2, percent: 10, cookie: 'fairlead_canary' } },
  });
  await seedAppliedConfig(world, seeded.app.id);
  return { ...seeded, deployment, chosen };
}

/** End what runs or waits on an app, so that the next intent starts anew. */
export async function finishOperations(world: World, appId: string): Promise<void> {
  await world.ctx.prisma.operation.updateMany({
    where: { appId, status: { in: ['queued', 'running'] } },
    data: { status: 'succeeded', finishedAt: new Date() },
  });
}

const ownConfig =
  'upstream shop { least_conn; server 127.0.0.1:8080 weight=3; }\nserver { location / { proxy_pass http://shop; } }\n';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** The file of {@link seedNginxReading} unless it is given another text. */
export const seededFile = { path: '/etc/nginx/sites-enabled/shop.conf', sha256: hashOf(ownConfig) };

/** An app's balancer as if its Nginx had been read, with one site of its own. */
export async function seedNginxReading(world: World, appId: string, content = ownConfig) {
  const { balancerServer } = await world.ctx.prisma.loadBalancer.findUniqueOrThrow({
    where: { appId },
    include: { balancerServer: true },
  });
  const main = 'events {}\nhttp { include /etc/nginx/sites-enabled/*; }\n';
  const file = { path: seededFile.path, sha256: hashOf(content) };
  const files = [
    { path: '/etc/nginx/nginx.conf', sha256: hashOf(main), content: main },
    { ...file, content },
  ];
  await storeNginxReading(world.ctx, balancerServer, { files, leftOut: [] });
  return file;
}
