import { AppError } from '@fairlead/errors';
import { makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Action, actions, allows, roles } from './authorize.ts';
import type { UseCase } from './context.ts';
import * as core from './index.ts';
import { newId } from './new-id.ts';
import {
  type SeededApp,
  seedAppliedConfig,
  seedBalancedApp,
  seedCanary,
  seededFile,
  seedLiveApp,
  seedNginxReading,
  seedServer,
} from './testing/fleet.ts';
import { createWorld, type World } from './testing/world.ts';

interface Ids {
  movingId: string;
  driftId: string;
  serverId: string;
  appId: string;
  /** An app that is balanced, and a replica of it. */
  balancedId: string;
  backendId: string;
  deploymentId: string;
  operationId: string;
  tokenId: string;
  certificateId: string;
  /** An app whose certificate renews itself. */
  renewingId: string;
  /** An app whose repository is read by SSH, from a server that has shown its key. */
  sshId: string;
  /** An app that uses a database elsewhere. */
  hostedId: string;
  /** An app with a canary, and its deployment. */
  canaryAppId: string;
  canaryId: string;
}

const made = makeAuthority().issue({ names: ['*.example.com'] });

const elsewhere = {
  ...{ engine: 'postgresql', host: 'db.example.com', port: 5432, name: 'shop', user: 'shop' },
  ...{ password: 'open sesame', tls: 'verify' },
};

const mail = { kind: 'worker', command: 'node mail.js' };

/** Every use-case with an input that is well formed for those ids. */
const table: Record<Action, { run: UseCase<unknown, unknown>; input: (ids: Ids) => object }> = {
  'account.me': { run: core.readMe, input: () => ({}) },
  'overview.read': { run: core.readOverview, input: () => ({}) },
  'ssh-key.read': { run: core.readSshKey, input: () => ({}) },
  'server.list': { run: core.listServers, input: () => ({}) },
  'server.read': { run: core.readServer, input: ({ serverId }) => ({ serverId }) },
  'server.create': {
    run: core.createServer,
    input: ({ serverId }) => ({ name: 'behind', address: '203.0.113.77', jumpServerId: serverId }),
  },
  'server.update': { run: core.updateServer, input: ({ serverId }) => ({ serverId, user: 'debian' }) },
  'server.remove': { run: core.removeServer, input: ({ serverId }) => ({ serverId }) },
  'server.check': { run: core.checkServer, input: ({ serverId }) => ({ serverId }) },
  'server.confirm-host-key': {
    run: core.confirmHostKey,
    input: ({ serverId }) => ({ serverId, fingerprint: `SHA256:${'o'.repeat(43)}` }),
  },
  'server.prepare': { run: core.prepareServer, input: ({ serverId }) => ({ serverId }) },
  'repository.inspect': {
    run: core.inspectRepository,
    input: () => ({ repositoryUrl: 'https://git.example/app.git' }),
  },
  'network-list.read': {
    run: core.readNetworkList,
    input: () => ({ url: 'https://www.example.com/ips' }),
  },
  'app.list': { run: core.listApps, input: () => ({}) },
  'app.read': { run: core.readApp, input: ({ appId }) => ({ appId }) },
  'app.check-domains': { run: core.checkDomains, input: ({ appId }) => ({ appId }) },
  'app.create': {
    run: core.createApp,
    input: ({ serverId }) => ({
      name: 'Another',
      repositoryUrl: 'https://git.example/app.git',
      runtime: 'static',
      domains: ['another.example.com'],
      primaryServerId: serverId,
    }),
  },
  'app.update': { run: core.updateApp, input: ({ appId }) => ({ appId, branch: 'next' }) },
  'database.plan': {
    run: core.planDatabase,
    input: ({ balancedId }) => ({ appId: balancedId, action: 'rotate' }),
  },
  'database.rotate': { run: core.rotateDatabasePassword, input: ({ balancedId }) => ({ appId: balancedId }) },
  'hosted-database.read': { run: core.readHostedDatabase, input: ({ hostedId }) => ({ appId: hostedId }) },
  'hosted-database.set': {
    run: core.setHostedDatabase,
    input: ({ hostedId }) => ({ ...elsewhere, appId: hostedId }),
  },
  'hosted-database.remove': {
    run: core.removeHostedDatabase,
    input: ({ hostedId }) => ({ appId: hostedId }),
  },
  'hosted-database.check': { run: core.checkHostedDatabase, input: ({ hostedId }) => ({ appId: hostedId }) },
  'redis.read': { run: core.readRedis, input: ({ hostedId }) => ({ appId: hostedId }) },
  'redis.set': { run: core.setRedis, input: ({ hostedId }) => ({ appId: hostedId }) },
  'redis.rotate': { run: core.rotateRedisPassword, input: ({ balancedId }) => ({ appId: balancedId }) },
  'redis.remove': { run: core.removeRedis, input: ({ appId }) => ({ appId, confirm: 'Doomed' }) },
  'process.list': { run: core.listProcesses, input: ({ balancedId }) => ({ appId: balancedId }) },
  'process.plan': {
    run: core.planProcesses,
    input: ({ balancedId }) => ({
      appId: balancedId,
      action: 'set-process',
      process: { name: 'mail', ...mail },
    }),
  },
  'process.set': {
    run: core.setProcess,
    input: ({ balancedId }) => ({ appId: balancedId, name: 'mail', process: mail }),
  },
  'process.remove': {
    run: core.removeProcess,
    input: ({ balancedId }) => ({ appId: balancedId, name: 'old' }),
  },
  'process.run': {
    run: core.runCommand,
    input: ({ balancedId, backendId }) => ({ appId: balancedId, backendId, command: 'npm run seed' }),
  },
  'app.remove': { run: core.removeApp, input: ({ appId }) => ({ appId, confirm: 'Doomed' }) },
  'environment.read': { run: core.readEnvironment, input: ({ appId }) => ({ appId }) },
  'environment.change': { run: core.changeEnvironment, input: ({ appId }) => ({ appId, set: { A: '1' } }) },
  'deployment.list': { run: core.listDeployments, input: ({ appId }) => ({ appId }) },
  'deployment.read': {
    run: core.readDeployment,
    input: ({ appId, deploymentId }) => ({ appId, deploymentId }),
  },
  'deployment.start': { run: core.startDeployment, input: ({ appId }) => ({ appId }) },
  'deployment.log': {
    run: core.readDeploymentLog,
    input: ({ appId, deploymentId }) => ({ appId, deploymentId }),
  },
  'canary.plan': {
    run: core.planCanary,
    input: ({ canaryAppId: appId, canaryId: deploymentId }) => ({ appId, deploymentId, action: 'promote' }),
  },
  'canary.promote': {
    run: core.promoteCanary,
    input: ({ canaryAppId: appId, canaryId: deploymentId }) => ({ appId, deploymentId }),
  },
  'canary.abort': {
    run: core.abortCanary,
    input: ({ canaryAppId: appId, canaryId: deploymentId }) => ({ appId, deploymentId }),
  },
  'repository-access.read': { run: core.readRepositoryAccess, input: ({ sshId }) => ({ appId: sshId }) },
  'repository-access.check': { run: core.checkRepositoryAccess, input: ({ appId }) => ({ appId }) },
  'repository-access.set-token': {
    run: core.setRepositoryToken,
    input: ({ appId }) => ({ appId, token: 'glpat-0123456789' }),
  },
  'repository-access.remove-token': {
    run: core.removeRepositoryToken,
    input: ({ appId }) => ({ appId }),
  },
  'repository-access.make-key': { run: core.makeDeployKey, input: ({ sshId }) => ({ appId: sshId }) },
  'repository-access.see-host-key': {
    run: core.seeRepositoryHostKey,
    input: ({ sshId }) => ({ appId: sshId }),
  },
  'repository-access.confirm-host-key': {
    run: core.confirmRepositoryHostKey,
    input: ({ sshId }) => ({ appId: sshId, fingerprint: `SHA256:${'o'.repeat(43)}` }),
  },
  'webhook.read': { run: core.readWebhook, input: ({ appId }) => ({ appId }) },
  'webhook.set': { run: core.setWebhook, input: ({ appId }) => ({ appId, enabled: true }) },
  'webhook.rotate': { run: core.rotateWebhook, input: ({ appId }) => ({ appId }) },
  'load-balancer.read': { run: core.readLoadBalancer, input: ({ appId }) => ({ appId }) },
  'load-balancer.checklist': { run: core.readChecklist, input: ({ appId }) => ({ appId }) },
  'load-balancer.plan': {
    run: core.planLoadBalancer,
    input: ({ balancedId }) => ({ appId: balancedId, action: 'disable' }),
  },
  'load-balancer.enable': {
    run: core.enableLoadBalancer,
    input: ({ appId, serverId }) => ({ appId, serverIds: [serverId], acknowledged: core.checklistKeys }),
  },
  'load-balancer.change': {
    run: core.changeLoadBalancer,
    input: ({ balancedId }) => ({ appId: balancedId, method: 'ip_hash' }),
  },
  'load-balancer.disable': {
    run: core.disableLoadBalancer,
    input: ({ balancedId }) => ({ appId: balancedId }),
  },
  'load-balancer.move': {
    run: core.moveLoadBalancer,
    input: ({ balancedId, serverId }) => ({ appId: balancedId, serverId }),
  },
  'load-balancer.finish-move': {
    run: core.finishMove,
    input: ({ movingId }) => ({ appId: movingId, confirm: true }),
  },
  'load-balancer.restore': {
    run: core.restoreLoadBalancer,
    input: ({ balancedId }) => ({ appId: balancedId, generation: 1 }),
  },
  'backend.add': {
    run: core.addBackend,
    input: ({ balancedId, serverId }) => ({ appId: balancedId, serverId }),
  },
  'backend.toggle': {
    run: core.toggleBackend,
    input: ({ balancedId, backendId }) => ({ appId: balancedId, backendId, enabled: false }),
  },
  'load-balancer.maintenance': {
    run: core.setMaintenance,
    input: ({ balancedId }) => ({ appId: balancedId, enabled: true }),
  },
  'backend.configure': {
    run: core.configureBackend,
    input: ({ balancedId, backendId }) => ({ appId: balancedId, backendId, weight: 3 }),
  },
  'backend.remove': {
    run: core.removeBackend,
    input: ({ balancedId, backendId }) => ({ appId: balancedId, backendId }),
  },
  'health.read': { run: core.readHealth, input: ({ appId }) => ({ appId }) },
  'config.list': { run: core.listConfigs, input: ({ appId }) => ({ appId }) },
  'config.read': { run: core.readConfig, input: ({ appId }) => ({ appId, generation: 1 }) },
  'acme-account.read': { run: core.readAcmeAccount, input: () => ({}) },
  'acme-account.set': { run: core.setAcmeAccount, input: () => ({ termsAgreed: true }) },
  'certificate.order': { run: core.orderCertificate, input: ({ renewingId }) => ({ appId: renewingId }) },
  'certificate.list': { run: core.listCertificates, input: ({ appId }) => ({ appId }) },
  'certificate.upload': {
    run: core.uploadCertificate,
    input: ({ appId }) => ({ appId, certificate: made.chain, key: made.key }),
  },
  'certificate.remove': {
    run: core.removeCertificate,
    input: ({ appId, certificateId }) => ({ appId, certificateId }),
  },
  'import.read': { run: core.readSites, input: ({ appId }) => ({ appId }) },
  'import.list': { run: core.listImports, input: ({ appId }) => ({ appId }) },
  'load-balancer.import': {
    run: core.importConfig,
    input: ({ balancedId }) => ({ appId: balancedId, ...seededFile }),
  },
  'drift.list': { run: core.listDrift, input: ({ appId }) => ({ appId }) },
  'drift.adopt': {
    run: core.adoptDrift,
    input: ({ balancedId, driftId }) => ({ appId: balancedId, driftId }),
  },
  'drift.put-back': { run: core.putBack, input: ({ balancedId }) => ({ appId: balancedId }) },
  'operation.list': { run: core.listOperations, input: () => ({}) },
  'operation.read': { run: core.readOperation, input: ({ operationId }) => ({ operationId }) },
  'operation.log': { run: core.readLog, input: ({ operationId }) => ({ operationId }) },
  'token.list': { run: core.listTokens, input: () => ({}) },
  'token.create': { run: core.createToken, input: () => ({ name: 'ci', scopes: ['write'] }) },
  'token.revoke': { run: core.revokeToken, input: ({ tokenId }) => ({ tokenId }) },
  'audit.list': { run: core.listAudit, input: () => ({}) },
};
const actionNames = Object.keys(table) as Action[];

async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

let world: World;
let nobodys: Ids;

async function seed(actor: core.Actor): Promise<Ids> {
  const { prisma } = world.ctx;
  const server = await seedServer(world, actor, {
    status: 'reachable',
    offeredHostKey: 'ssh-ed25519 BBBB',
    offeredFingerprint: `SHA256:${'o'.repeat(43)}`,
  });
  const live: SeededApp = await seedLiveApp(world, actor, { name: `Doomed` });
  const balanced = await seedBalancedApp(world, actor);
  await prisma.app.update({
    where: { id: balanced.app.id },
    data: { processes: [{ name: 'old', kind: 'command', command: 'true' }] },
  });
  const data = { appId: balanced.app.id, serverId: balanced.primary.id };
  await prisma.drift.create({ data: { ...data, kind: 'rule', subject: 'firewall' } });
  await core.setRedis(world.ctx, actor, { appId: balanced.app.id });
  await core.markRedisPlaced(world.ctx.prisma, balanced.app, new Date());
  await seedAppliedConfig(world, balanced.app.id);
  await seedNginxReading(world, balanced.app.id);
  const { content } = await prisma.appliedConfig.findFirstOrThrow({
    where: { loadBalancer: { appId: balanced.app.id } },
    orderBy: { generation: 'desc' },
  });
  const drift = await prisma.drift.create({
    data: {
      ...data,
      kind: 'file',
      subject: `/etc/nginx/fairlead/http/${balanced.app.slug}.front.conf`,
      expected: content,
      actual: content.replace('client_max_body_size 64m;', 'client_max_body_size 65m;'),
    },
  });
  const deployment = await prisma.deployment.findFirstOrThrow({ where: { appId: live.app.id } });
  const operation = await prisma.operation.create({
    data: {
      organizationId: actor.organizationId,
      kind: 'server.check',
      title: 'x',
      actorName: 'x',
      serverId: server.id,
      status: 'failed',
    },
  });
  const token = await prisma.apiToken.create({
    data: {
      organizationId: actor.organizationId,
      userId: actor.userId,
      name: 't',
      prefix: 'fl_',
      hash: newId(new Date()),
      scopes: ['read'],
    },
  });
  const moving = await seedLiveApp(world, actor);
  await prisma.loadBalancer.update({
    where: { appId: moving.app.id },
    data: { successorServerId: balanced.primary.id, successorGeneration: 1 },
  });
  const certificate = await core.uploadCertificate(world.ctx, actor, {
    appId: live.app.id,
    certificate: made.chain,
    key: made.key,
  });
  const renewing = await seedLiveApp(world, actor);
  await prisma.loadBalancer.update({
    where: { appId: renewing.app.id },
    data: { tls: { mode: 'acme' } },
  });
  await core.setRepositoryToken(world.ctx, actor, { appId: live.app.id, token: 'glpat-0123456789' });
  const ssh = await seedLiveApp(world, actor);
  await prisma.app.update({
    where: { id: ssh.app.id },
    data: { repositoryUrl: 'git@git.example:team/app.git' },
  });
  await core.seeRepositoryHostKey(world.ctx, actor, { appId: ssh.app.id });
  await core.setRedis(world.ctx, actor, { appId: live.app.id });
  const hosted = await seedLiveApp(world, actor, { databaseEngine: 'none' });
  await core.setHostedDatabase(world.ctx, actor, { ...elsewhere, appId: hosted.app.id });
  const canary = await seedCanary(world, actor);
  return {
    serverId: server.id,
    movingId: moving.app.id,
    driftId: drift.id,
    appId: live.app.id,
    balancedId: balanced.app.id,
    backendId: balanced.replicas[0]?.id ?? '',
    deploymentId: deployment.id,
    operationId: operation.id,
    tokenId: token.id,
    certificateId: certificate.id,
    renewingId: renewing.app.id,
    sshId: ssh.app.id,
    hostedId: hosted.app.id,
    canaryAppId: canary.app.id,
    canaryId: canary.deployment.id,
  };
}

beforeAll(async () => {
  world = await createWorld();
  const id = newId(new Date(0));
  nobodys = {
    serverId: id,
    movingId: id,
    driftId: id,
    appId: id,
    balancedId: id,
    backendId: id,
    deploymentId: id,
    operationId: id,
    tokenId: id,
    certificateId: id,
    renewingId: id,
    sshId: id,
    hostedId: id,
    canaryAppId: id,
    canaryId: id,
  };
});
afterAll(() => world.close());

it('knows every action', () => {
  expect(actionNames.sort()).toEqual(Object.keys(actions).sort());
});

describe('authorisation', () => {
  it.each(actionNames.flatMap((action) => roles.map((role) => [action, role] as const)))(
    '%s as %s, by the table, before anything else is looked at',
    async (action, role) => {
      const { run, input } = table[action];
      // Ids that exist nowhere: who may not call is told so before the row is missed.
      const got = await outcome(run(world.ctx, world.ours[role], input(nobodys)));
      if (allows(role, action)) expect(got).not.toBe('forbidden');
      else expect(got).toBe('forbidden');
    },
  );

  it.each(actionNames)('%s asks a token for its scope', async (action) => {
    const { run, input } = table[action];
    const got = async (scopes: core.Scope[]) =>
      outcome(run(world.ctx, { ...world.ours.owner, scopes }, input(nobodys)));
    const needed = actions[action].scope;
    expect(await got([needed])).not.toBe('forbidden');
    expect(await got(needed === 'read' ? ['write'] : ['read'])).toBe('forbidden');
    expect(await got([])).toBe('forbidden');
  });

  it.each([
    ['retry', core.retryOperation, 'failed'],
    ['cancel', core.cancelOperation, 'queued'],
  ])('%s asks for the right of its kind', async (_, run, status) => {
    const { prisma } = world.ctx;
    const server = await seedServer(world, world.ours.owner);
    const operation = await prisma.operation.create({
      data: {
        organizationId: world.ours.owner.organizationId,
        kind: 'server.check',
        title: 'x',
        actorName: 'x',
        serverId: server.id,
        status,
      },
    });
    const input = { operationId: operation.id };
    expect(await outcome(run(world.ctx, world.ours.deployer, input))).toBe('forbidden');
    expect(await outcome(run(world.ctx, world.ours.viewer, input))).toBe('forbidden');
    expect(await outcome(run(world.ctx, world.theirs, input))).toBe('not-found');
  });
});

describe('tenancy', () => {
  const takingIds = actionNames.filter((action) =>
    JSON.stringify(
      table[action].input({
        serverId: 's',
        movingId: 'm',
        driftId: 'r',
        appId: 'a',
        balancedId: 'b',
        backendId: 'c',
        deploymentId: 'd',
        operationId: 'o',
        hostedId: 'h',
        tokenId: 't',
        certificateId: 'z',
        renewingId: 'a',
        sshId: 'a',
        canaryAppId: 'a',
        canaryId: 'd',
      }),
    ).match(/"[smrzabcdot]"/),
  );

  it.each(takingIds)(
    '%s finds nothing of another organization, and changes nothing there',
    async (action) => {
      const { prisma } = world.ctx;
      const ids = await seed(world.theirs);
      const { run, input } = table[action];
      const before = await snapshot();
      expect(await outcome(run(world.ctx, world.ours.owner, input(ids)))).toBe('not-found');
      expect(await snapshot()).toEqual(before);
      // The control: its owner gets through with the very same input.
      expect(await outcome(run(world.ctx, world.theirs, input(ids)))).toBe('ok');
      await prisma.app.updateMany({
        where: { organizationId: world.theirs.organizationId },
        data: { domains: [], name: 'old' },
      });
      await prisma.operation.deleteMany({ where: { organizationId: world.theirs.organizationId } });
    },
  );

  async function snapshot() {
    const where = { organizationId: world.theirs.organizationId };
    const { prisma } = world.ctx;
    return {
      servers: await prisma.server.findMany({ where, orderBy: { id: 'asc' } }),
      apps: await prisma.app.findMany({
        where,
        include: { loadBalancer: true, backends: true },
        orderBy: { id: 'asc' },
      }),
      operations: await prisma.operation.count({ where }),
      tokens: await prisma.apiToken.findMany({ where, orderBy: { id: 'asc' } }),
    };
  }

  it('lists hold nothing of another organization', async () => {
    const ids = await seed(world.theirs);
    for (const run of [
      core.listServers,
      core.listApps,
      core.listOperations,
      core.listAudit,
      core.listTokens,
      core.readOverview,
    ]) {
      const text = JSON.stringify(await run(world.ctx, world.ours.owner, {}));
      for (const id of Object.values(ids)) expect(text).not.toContain(id);
    }
    expect(JSON.stringify(await core.listServers(world.ctx, world.theirs, {}))).toContain(ids.serverId);
  });

  it('a backend of one app is not found through another', async () => {
    const [mine, other] = [
      await seedBalancedApp(world, world.ours.owner),
      await seedBalancedApp(world, world.ours.owner),
    ];
    const input = { appId: mine.app.id, backendId: other.replicas[0]?.id };
    expect(await outcome(core.toggleBackend(world.ctx, world.ours.owner, { ...input, enabled: false }))).toBe(
      'not-found',
    );
    expect(await outcome(core.removeBackend(world.ctx, world.ours.owner, input))).toBe('not-found');
  });
});

describe('audit', () => {
  const changing = actionNames.filter((action) => actions[action].scope === 'write');

  it.each(changing)(
    '%s leaves an entry with who and what, and nothing when it is refused',
    async (action) => {
      const ids = await seed(world.ours.owner);
      const { prisma } = world.ctx;
      const where = { organizationId: world.ours.owner.organizationId, action: { not: 'app.create' } };
      const whereAll = action === 'app.create' ? { ...where, action } : where;
      const before = await prisma.auditEntry.count({ where: whereAll });
      await outcome(table[action].run(world.ctx, world.ours.owner, table[action].input(nobodys)));
      const afterRefused = await prisma.auditEntry.count({ where: whereAll });
      if (!['token.create', 'acme-account.set'].includes(action)) expect(afterRefused).toBe(before);
      await table[action].run(world.ctx, world.ours.owner, table[action].input(ids));
      const entry = await prisma.auditEntry.findFirstOrThrow({ where: whereAll, orderBy: { id: 'desc' } });
      const kinds = ['server.confirm-host-key'];
      expect(kinds.includes(action) ? 'server.check' : action).toBe(entry.action);
      expect(entry).toMatchObject({ actorId: world.ours.owner.userId, actorName: world.ours.owner.name });
      await prisma.app.updateMany({ data: { domains: [], name: 'old' } });
      await prisma.server.updateMany({
        where: { name: 'behind' },
        data: { name: newId(new Date()), address: newId(new Date()) },
      });
    },
  );
});
