import { createHash } from 'node:crypto';
import {
  type Actor,
  type Context,
  changeEnvironment,
  createApp,
  setRedis,
  storeNginxReading,
} from '@fairlead/core';
import type { Prisma } from '@fairlead/db';

const commit = '4f2a1c9e0b7d6a5f8c3e2d1b0a9f8e7d6c5b4a3f';
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const need = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('seed');
  return value;
};

const upstream = (servers: string[]) => `# Managed by Fairlead
upstream fairlead_storefront {
    zone fairlead_storefront 128k;
${servers.map((server) => `    server ${server}:20000 max_fails=1 fail_timeout=10s;`).join('\n')}
    keepalive 64;
}

server {
    listen 80;
    server_name storefront.example.com;
    location / {
        proxy_pass http://fairlead_storefront;
    }
}
`;

/** Sites that the balancer served before Fairlead: one that can be imported, and one that holds two. */
const ownSites = {
  '/etc/nginx/nginx.conf': 'events {}\nhttp { include /etc/nginx/sites-enabled/*; }\n',
  '/etc/nginx/sites-enabled/shop.conf': `upstream shop {
  least_conn;
  server 127.0.0.1:8080 weight=3 max_fails=2;
  server 198.18.0.12:8080 fail_timeout=30s;
  server 198.18.0.17:8080 backup;
  server 192.0.2.40:8080;
  keepalive 32;
}
server {
  listen 80;
  server_name shop.example.com *.shop.example.com;
  client_max_body_size 20m;
  access_log /var/log/nginx/shop.log;
  location / {
    proxy_set_header Host $host;
    proxy_pass http://shop;
    proxy_read_timeout 300s;
    add_header X-Frame-Options DENY;
    if ($arg_debug) { return 403; }
  }
  location /teapot { return 418; }
  location /static/ { alias /srv/shop/static/; }
}
`,
  '/etc/nginx/sites-enabled/intranet.conf':
    'server { server_name wiki.example.com; location / { proxy_pass http://127.0.0.1:3000; } }\nserver { server_name chat.example.com; location / { proxy_pass http://127.0.0.1:3001; } }\n',
};

async function seedOwnSites(ctx: Context, serverId: string): Promise<void> {
  const server = await ctx.prisma.server.findUniqueOrThrow({ where: { id: serverId } });
  const files = Object.entries(ownSites).map(([path, content]) => ({
    path,
    content,
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  await storeNginxReading(ctx, server, { files, leftOut: [] });
}

async function seedOperations(
  ctx: Context,
  actor: Actor,
  appId: string,
  serverIds: string[],
): Promise<string> {
  const { organizationId, name: actorName, userId: actorId } = actor;
  const by = { organizationId, actorName, actorId };
  const failure = {
    code: 'package-lock-held',
    message: 'Another program holds the package lock (unattended-upgrades, process 812).',
    hint: 'Wait until it has finished, then press Retry.',
    server: 'web-8',
  };
  const rows: Prisma.OperationUncheckedCreateInput[] = [
    {
      ...by,
      kind: 'app.deploy',
      title: 'Deploy storefront',
      appId,
      status: 'succeeded',
      createdAt: ago(86_000),
      startedAt: ago(85_998),
      finishedAt: ago(85_930),
      attempt: 1,
    },
    {
      ...by,
      kind: 'load-balancer.enable',
      title: 'Enable load balancing of storefront',
      appId,
      status: 'succeeded',
      generation: 2,
      createdAt: ago(7300),
      startedAt: ago(7299),
      finishedAt: ago(7180),
      attempt: 1,
    },
    {
      ...by,
      kind: 'server.prepare',
      title: 'Prepare web-8',
      serverId: need(serverIds[7]),
      status: 'failed',
      error: failure,
      createdAt: ago(1700),
      startedAt: ago(1699),
      finishedAt: ago(1640),
      attempt: 2,
    },
    {
      ...by,
      kind: 'backend.add',
      title: 'Add web-4 to storefront',
      appId,
      status: 'running',
      generation: 4,
      createdAt: ago(95),
      startedAt: ago(94),
      heartbeatAt: ago(0),
      attempt: 1,
    },
  ];
  const made = [];
  for (const data of rows) made.push(await ctx.prisma.operation.create({ data }));
  const [, , prepare, add] = made;
  const step = (
    operationId: string,
    position: number,
    key: string,
    title: string,
    status: string,
    more: Partial<Prisma.StepUncheckedCreateInput> = {},
  ) =>
    ctx.prisma.step.create({
      data: {
        operationId,
        position,
        key,
        title,
        status,
        startedAt: status === 'pending' ? null : ago(94 - position * 12),
        finishedAt: status === 'succeeded' || status === 'failed' ? ago(94 - position * 12 - 11) : null,
        ...more,
      },
    });
  const web4 = { serverId: need(serverIds[3]) };
  await step(need(add).id, 0, 'prepare:4', 'Prepare web-4', 'succeeded', {
    ...web4,
    detail: '0 of 61 tasks changed something',
  });
  await step(need(add).id, 1, 'firewall', 'Open the ports', 'succeeded', { detail: '2 rules for 10.0.0.14' });
  await step(need(add).id, 2, 'database', 'Let it into the database', 'succeeded', {
    detail: 'storefront from 10.0.0.14',
  });
  const build = await step(need(add).id, 3, 'build:4', 'Build 4f2a1c9 on web-4', 'running', {
    ...web4,
    progress: 0.4,
    detail: 'npm ci',
  });
  await step(need(add).id, 4, 'release:4', 'Start and probe on web-4', 'pending', web4);
  await step(need(add).id, 5, 'apply', 'Apply the balancer’s configuration', 'pending');
  await step(need(add).id, 6, 'verify', 'Verify generation 4', 'pending');
  await step(need(prepare).id, 0, 'connect', 'Connect to web-8', 'succeeded', {
    startedAt: ago(1699),
    finishedAt: ago(1698),
  });
  await step(need(prepare).id, 1, 'ansible', 'Install what is missing', 'failed', {
    error: failure,
    startedAt: ago(1698),
    finishedAt: ago(1640),
  });
  await step(need(prepare).id, 2, 'facts', 'Read facts', 'pending');
  await ctx.prisma.logLine.createMany({
    data: Array.from({ length: 400 }, (_, n) => ({
      operationId: need(add).id,
      stepId: build.id,
      at: ago(58 - n / 8),
      stream: n % 37 === 0 ? 'fairlead' : n % 29 === 0 ? 'stderr' : 'stdout',
      text:
        n % 37 === 0
          ? 'building on web-4'
          : n % 29 === 0
            ? '\u001b[33mnpm warn\u001b[0m deprecated inflight@1.0.6: it leaks memory <script>alert(1)</script>'
            : `\u001b[32m✓\u001b[0m ${n} modules transformed in ${(n * 1.3).toFixed(0)} ms`,
    })),
  });
  return need(made[0]).id;
}

const mib = 2 ** 20;

/** A worker, a cron entry and a command of the app. */
async function seedProcesses(ctx: Context, appId: string): Promise<void> {
  const common = { memoryMib: 256, stopTimeoutSeconds: 30, backendId: null };
  const processes = [
    { ...common, name: 'mail', kind: 'worker', command: 'node workers/mail.js', count: 2, place: 'all' },
    {
      ...{ ...common, name: 'nightly-report', kind: 'cron', command: 'node scripts/report.js --yesterday' },
      ...{ schedule: '15 3 * * mon-fri', timeZone: 'Europe/Berlin', place: 'one', timeLimitSeconds: 900 },
    },
    {
      name: 'reindex',
      kind: 'command',
      command: 'npm run search:reindex',
      memoryMib: null,
      timeLimitSeconds: 600,
    },
  ];
  await ctx.prisma.app.update({ where: { id: appId }, data: { processes, processesProven: processes } });
}

/** What was seen of them on the nth backend: one in trouble, one that has not answered for a while. */
function seenProcesses(n: number) {
  const instance = (index: number, state: string, restarts: number) => ({
    ...{ index, state, restarts, memoryBytes: (60 + 9 * index) * mib, memoryMaxBytes: 256 * mib },
    ...{ since: ago(4_000).getTime(), releaseId: null, exitCode: state === 'running' ? 0 : 1 },
  });
  const instances = [
    instance(1, 'running', 0),
    instance(2, n === 2 ? 'restarting' : 'running', n === 2 ? 14 : 0),
  ];
  const lastRun = {
    startedAt: ago(30_000).getTime(),
    endedAt: ago(29_940).getTime(),
    result: 'success',
    exitCode: 0,
  };
  const cron = {
    ...{ name: 'nightly-report', kind: 'cron', scheduled: true, running: false, memoryBytes: null },
    ...{ memoryMaxBytes: 256 * mib, next: ago(-20_000).getTime(), lastRun },
  };
  return {
    processes: [{ name: 'mail', kind: 'worker', instances }, ...(n === 1 ? [cron] : [])],
    processesSeenAt: ago(n === 3 ? 900 : 8),
  };
}

/** Three apps: one balanced and in the middle of a change, one alone, one never deployed. */
export async function seedApps(ctx: Context, actor: Actor, serverIds: string[]): Promise<void> {
  const { prisma } = ctx;
  const base = { branch: 'main', primaryServerId: need(serverIds[0]) };
  const shop = await createApp(ctx, actor, {
    ...base,
    name: 'storefront',
    repositoryUrl: 'https://git.example.com/shop/storefront.git',
    runtime: 'node',
    installCommand: 'npm ci',
    buildCommand: 'npm run build',
    startCommand: 'node server.js',
    domains: ['storefront.example.com', 'www.storefront.example.com'],
    healthPath: '/healthz',
    databaseEngine: 'postgresql',
  });
  const docs = await createApp(ctx, actor, {
    ...base,
    name: 'docs',
    repositoryUrl: 'https://git.example.com/shop/docs.git',
    runtime: 'static',
    documentRoot: 'public',
    domains: ['docs.example.com'],
  });
  await createApp(ctx, actor, {
    ...base,
    name: 'billing',
    repositoryUrl: 'https://git.example.com/shop/billing.git',
    runtime: 'docker',
    containerFile: 'compose.yaml',
    containerService: 'web',
    containerPort: 3000,
    domains: ['billing.example.com'],
  });
  await changeEnvironment(ctx, actor, {
    appId: shop.id,
    set: { APP_SECRET: 'x', SMTP_URL: 'y', STRIPE_KEY: 'z' },
    unset: [],
  });
  await setRedis(ctx, actor, { appId: shop.id });
  const seen = {
    ...{ running: true, version: '7.0.15', usedMemoryBytes: 41_200_000, maxMemoryBytes: 256 * 2 ** 20 },
    ...{ clients: 14, evictedKeys: 0, writesToDisk: true },
  };
  await prisma.redis.update({
    where: { appId: shop.id },
    data: { placedAt: new Date(), seen, seenAt: new Date() },
  });
  await seedProcesses(ctx, shop.id);
  await seedOwnSites(ctx, base.primaryServerId);
  const primary = await prisma.backend.findFirstOrThrow({ where: { appId: shop.id, role: 'primary' } });
  await changeEnvironment(ctx, actor, {
    ...{ appId: shop.id, backendId: primary.id },
    set: { SMTP_URL: 'x', REGION: 'y' },
  });
  const operationId = await seedOperations(ctx, actor, shop.id, serverIds);

  await prisma.app.updateMany({ where: { id: { in: [shop.id, docs.id] } }, data: { status: 'live' } });
  const balancer = await prisma.loadBalancer.update({
    where: { appId: shop.id },
    data: {
      enabled: true,
      status: 'on',
      generation: 4,
      observedGeneration: 3,
      observedHash: 'ab12'.repeat(16),
      streams: [
        {
          name: 'broker',
          listenPort: 5672,
          backendPort: 15_672,
          method: 'least_conn',
          allowFrom: ['203.0.113.0/24'],
        },
        {
          name: 'mail',
          listenPort: 8883,
          backendPort: 18_883,
          serverNames: ['mail.storefront.example.com', 'imap.storefront.example.com'],
          proxyProtocolOut: true,
          maxConns: 200,
        },
      ],
      observedAt: ago(300),
      acknowledgedChecks: ['uploads'],
    },
  });
  for (let n = 2; n <= 4; n += 1) {
    await prisma.backend.create({
      data: { appId: shop.id, serverId: need(serverIds[n - 1]), role: 'replica', address: `10.0.0.1${n}` },
    });
  }
  const backends = await prisma.backend.findMany({
    where: { appId: { in: [shop.id, docs.id] } },
    include: { server: true },
  });
  const addresses = ['10.0.0.11', '10.0.0.12', '10.0.0.13'];
  for (const generation of [1, 2, 3]) {
    await prisma.appliedConfig.create({
      data: {
        loadBalancerId: balancer.id,
        generation,
        serverId: need(serverIds[0]),
        sha256: `${generation}d`.repeat(32),
        operationId,
        content: upstream(addresses.slice(0, generation)),
        appliedAt: ago(9000 - generation * 2500),
      },
    });
  }
  await prisma.drift.createMany({
    data: [
      {
        appId: shop.id,
        serverId: need(serverIds[0]),
        kind: 'file',
        subject: '/etc/nginx/fairlead/http/storefront.front.conf',
        generation: 3,
        expected: upstream(addresses),
        actual: upstream(addresses).replace('max_fails=1', 'max_fails=9'),
        foundAt: ago(140),
      },
      {
        appId: shop.id,
        serverId: need(serverIds[1]),
        kind: 'rule',
        subject: 'firewall',
        expected: 'port 20000 open to 10.0.0.11\nport 20000 closed to everyone else\n',
        actual: 'port 20000 closed to everyone else\n',
        foundAt: ago(60),
      },
    ],
  });
  for (let number = 1; number <= 3; number += 1) {
    const status = (['superseded', 'failed', 'succeeded'] as const)[number - 1] ?? 'failed';
    const deployment = await prisma.deployment.create({
      data: {
        appId: shop.id,
        number,
        commit,
        branch: 'main',
        status,
        operationId,
        createdById: actor.userId,
        commitMessage:
          ['Show the stock beside the price', 'Cache the category tree', 'Send receipts by e-mail'][
            number - 1
          ] ?? null,
        createdAt: ago(40_000 - number * 12_000),
        finishedAt: ago(40_000 - number * 12_000 - 52),
      },
    });
    for (const [index, backend] of backends
      .filter((each) => each.appId === shop.id)
      .slice(0, 3)
      .entries()) {
      const failed = number === 2 && index === 1;
      const release = await prisma.release.create({
        data: {
          deploymentId: deployment.id,
          backendId: backend.id,
          commit,
          status: failed ? 'failed' : number === 3 ? 'live' : 'superseded',
          startedAt: ago(40_000 - number * 12_000 - 4),
          finishedAt: ago(40_000 - number * 12_000 - 30 - index * 7),
          ...(failed
            ? {
                error: {
                  code: 'build-failed',
                  message: 'npm ci ended with 1: no space left on device.',
                  hint: 'Free some space on web-2, then deploy again.',
                  server: 'web-2',
                },
              }
            : {}),
        },
      });
      if (number === 3)
        await prisma.backend.update({ where: { id: backend.id }, data: { releaseId: release.id } });
    }
  }
  const alone = need(backends.find((each) => each.appId === docs.id));
  const first = await prisma.deployment.create({
    data: {
      appId: docs.id,
      number: 1,
      commit,
      branch: 'main',
      status: 'succeeded',
      commitMessage: 'Say how to begin',
      createdAt: ago(50_000),
      finishedAt: ago(49_990),
    },
  });
  const release = await prisma.release.create({
    data: {
      deploymentId: first.id,
      backendId: alone.id,
      commit,
      status: 'live',
      startedAt: ago(49_998),
      finishedAt: ago(49_991),
    },
  });
  await prisma.backend.update({ where: { id: alone.id }, data: { releaseId: release.id } });
  await prisma.loadBalancer.update({
    where: { appId: docs.id },
    data: { generation: 1, observedGeneration: 1, observedHash: 'cd34'.repeat(16), observedAt: ago(49_990) },
  });
  const health = [
    { state: 'active', health: 'healthy', healthLatencyMs: 3.2, healthStatus: 200 },
    {
      state: 'active',
      health: 'unhealthy',
      healthLatencyMs: 41.7,
      healthStatus: 502,
      healthReason: 'Answered 502 Bad Gateway',
    },
    { state: 'disabled', desired: 'disabled', health: 'healthy', healthLatencyMs: 5.8, healthStatus: 200 },
    { state: 'deploying', health: 'deploying' },
  ];
  for (const backend of backends) {
    const n = Number(backend.server.name.slice(4));
    const data = backend.appId === docs.id ? need(health[0]) : need(health[n - 1]);
    await prisma.backend.update({
      where: { id: backend.id },
      data: {
        ...data,
        colour: 'blue',
        memoryMib: 118 + 37 * n,
        restarts: n === 2 ? 3 : 0,
        ...(backend.appId === shop.id ? seenProcesses(n) : {}),
        healthCheckedAt: ago(4),
        healthChangedAt: ago(640 * n),
      },
    });
    if (data.health === 'deploying') continue;
    await prisma.healthCheck.createMany({
      data: Array.from({ length: 1380 }, (_, minute) => {
        const recent = minute < 60 && data.health === 'unhealthy';
        const healthy = !recent && (minute * 7 + n * 131) % 331 !== 0;
        return {
          backendId: backend.id,
          at: ago(minute * 60 + 4),
          healthy,
          status: healthy ? 200 : 502,
          latencyMs: 2 + n * 2.5 + Math.sin(minute / 90) * 2 + ((minute * 37) % 13) / 5,
          reason: healthy ? null : 'Answered 502 Bad Gateway',
        };
      }),
    });
  }
}
