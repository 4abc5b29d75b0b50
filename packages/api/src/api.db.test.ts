import { type Action, actions, allows, type Role, roles } from '@fairlead/core';
import {
  seedBalancedApp,
  seededFile,
  seedLiveApp,
  seedNginxReading,
  seedServer,
} from '@fairlead/core/testing';
import { makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from './client.ts';
import * as schemas from './schemas/index.ts';
import { startApiServer } from './server.ts';
import { type ApiWorld, createApiWorld } from './testing.ts';

interface OpenApi {
  openapi: string;
  info: { version: string };
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; security?: unknown[]; responses: Record<string, unknown>; summary: string }
    >
  >;
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> };
}

let world: ApiWorld;
let document: OpenApi;
beforeAll(async () => {
  world = await createApiWorld();
  document = (await (await world.send('GET', '/openapi.json')).json()) as OpenApi;
});
afterAll(() => world.close());

const id = '019a9a5e-5d0f-7c1e-9a44-3a0d0b6d0c11';

/** operationId → the right of the use-case behind it, and a body that is well formed. */
const routes: Record<string, { action: Action; body?: object }> = {
  readMe: { action: 'account.me' },
  readOverview: { action: 'overview.read' },
  readSshKey: { action: 'ssh-key.read' },
  listTokens: { action: 'token.list' },
  createToken: { action: 'token.create', body: { name: 'x', scopes: ['read'] } },
  revokeToken: { action: 'token.revoke' },
  listAudit: { action: 'audit.list' },
  listServers: { action: 'server.list' },
  createServer: { action: 'server.create', body: { name: 'x', address: '203.0.113.1' } },
  readServer: { action: 'server.read' },
  updateServer: { action: 'server.update', body: { user: 'root' } },
  removeServer: { action: 'server.remove' },
  checkServer: { action: 'server.check' },
  confirmHostKey: { action: 'server.confirm-host-key', body: { fingerprint: `SHA256:${'x'.repeat(43)}` } },
  prepareServer: { action: 'server.prepare', body: {} },
  inspectRepository: { action: 'repository.inspect', body: { repositoryUrl: 'https://git.example/a.git' } },
  listApps: { action: 'app.list' },
  createApp: {
    action: 'app.create',
    body: { name: 'x', repositoryUrl: 'https://git.example/a.git', runtime: 'static', primaryServerId: id },
  },
  readApp: { action: 'app.read' },
  checkDomains: { action: 'app.check-domains' },
  updateApp: { action: 'app.update', body: { branch: 'next' } },
  removeApp: { action: 'app.remove', body: { confirm: 'x' } },
  readEnvironment: { action: 'environment.read' },
  changeEnvironment: { action: 'environment.change', body: { set: { A: '1' } } },
  listDeployments: { action: 'deployment.list' },
  startDeployment: { action: 'deployment.start', body: {} },
  readDeployment: { action: 'deployment.read' },
  readDeploymentLog: { action: 'deployment.log' },
  downloadDeploymentLog: { action: 'deployment.log' },
  planCanary: { action: 'canary.plan', body: { action: 'promote' } },
  promoteCanary: { action: 'canary.promote' },
  abortCanary: { action: 'canary.abort' },
  readRepositoryAccess: { action: 'repository-access.read' },
  checkRepositoryAccess: { action: 'repository-access.check' },
  setRepositoryToken: { action: 'repository-access.set-token', body: { token: 'glpat-0123456789' } },
  removeRepositoryToken: { action: 'repository-access.remove-token' },
  makeDeployKey: { action: 'repository-access.make-key' },
  seeRepositoryHostKey: { action: 'repository-access.see-host-key' },
  confirmRepositoryHostKey: {
    action: 'repository-access.confirm-host-key',
    body: { fingerprint: `SHA256:${'x'.repeat(43)}` },
  },
  readWebhook: { action: 'webhook.read' },
  setWebhook: { action: 'webhook.set', body: { enabled: true } },
  rotateWebhook: { action: 'webhook.rotate' },
  readLoadBalancer: { action: 'load-balancer.read' },
  readChecklist: { action: 'load-balancer.checklist' },
  planLoadBalancer: { action: 'load-balancer.plan', body: { action: 'disable' } },
  enableLoadBalancer: { action: 'load-balancer.enable', body: { serverIds: [id] } },
  changeLoadBalancer: { action: 'load-balancer.change', body: { method: 'ip_hash' } },
  inspectNetworkList: {
    action: 'network-list.read',
    body: { url: 'https://www.example.com/ips' },
  },
  setMaintenance: { action: 'load-balancer.maintenance', body: { enabled: true } },
  orderCertificate: { action: 'certificate.order' },
  readAcmeAccount: { action: 'acme-account.read' },
  setAcmeAccount: { action: 'acme-account.set', body: { termsAgreed: true } },
  listCertificates: { action: 'certificate.list' },
  uploadCertificate: { action: 'certificate.upload', body: { certificate: 'x', key: 'x' } },
  removeCertificate: { action: 'certificate.remove' },
  setObjectStorage: {
    action: 'environment.change',
    body: { framework: 'node', region: 'eu-central-1', bucket: 'files', key: 'x', secret: 'y' },
  },
  readHostedDatabase: { action: 'hosted-database.read' },
  setHostedDatabase: {
    action: 'hosted-database.set',
    body: {
      engine: 'postgresql',
      host: 'db.example.com',
      port: 5432,
      name: 'x',
      user: 'x',
      password: 'y',
      tls: 'off',
    },
  },
  removeHostedDatabase: { action: 'hosted-database.remove' },
  checkHostedDatabase: { action: 'hosted-database.check' },
  readRedis: { action: 'redis.read' },
  setRedis: { action: 'redis.set', body: {} },
  rotateRedisPassword: { action: 'redis.rotate' },
  removeRedis: { action: 'redis.remove', body: { confirm: 'x' } },
  planDatabase: { action: 'database.plan', body: { action: 'rotate' } },
  rotateDatabasePassword: { action: 'database.rotate', body: {} },
  listProcesses: { action: 'process.list' },
  planProcesses: { action: 'process.plan', body: { action: 'remove-process', name: 'mail' } },
  setProcess: { action: 'process.set', body: { kind: 'worker', command: 'node mail.js' } },
  removeProcess: { action: 'process.remove' },
  runCommand: { action: 'process.run', body: { backendId: id, command: 'true' } },
  listImports: { action: 'import.list' },
  readSites: { action: 'import.read' },
  importConfig: {
    action: 'load-balancer.import',
    body: { path: '/etc/nginx/conf.d/a.conf', sha256: 'a'.repeat(64) },
  },
  listDrift: { action: 'drift.list' },
  adoptDrift: { action: 'drift.adopt' },
  putBackDrift: { action: 'drift.put-back' },
  moveLoadBalancer: { action: 'load-balancer.move', body: { serverId: id } },
  finishMove: { action: 'load-balancer.finish-move', body: {} },
  restoreConfig: { action: 'load-balancer.restore' },
  disableLoadBalancer: { action: 'load-balancer.disable' },
  readHealth: { action: 'health.read' },
  listConfigs: { action: 'config.list' },
  readConfig: { action: 'config.read' },
  addBackend: { action: 'backend.add', body: { serverId: id } },
  toggleBackend: { action: 'backend.toggle', body: { enabled: false } },
  configureBackend: { action: 'backend.configure', body: { weight: 2 } },
  removeBackend: { action: 'backend.remove' },
  listOperations: { action: 'operation.list' },
  readOperation: { action: 'operation.read' },
  readLog: { action: 'operation.log' },
  retryOperation: { action: 'operation.read' },
  cancelOperation: { action: 'operation.read' },
};
const openRoutes = ['readSetup', 'claimSetup', 'readLiveness', 'receivePush'];

function each() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => ({
      method: method.toUpperCase(),
      path: path
        .replaceAll(/\{generation\}/g, '1')
        .replaceAll(/\{name\}/g, 'mail')
        .replaceAll(/\{\w+\}/g, id),
      route,
    })),
  );
}

async function problem(response: Response): Promise<schemas.Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const parsed = schemas.problemSchema.parse(await response.json());
  expect(parsed.status).toBe(response.status);
  return parsed;
}

describe('the document', () => {
  it('is OpenAPI 3.1 with every route, its answers and its security', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info.version).toBe('0.1.0-test');
    const ids = each().map(({ route }) => route.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.sort()).toEqual([...Object.keys(routes), ...openRoutes, 'streamEvents'].sort());
    for (const { route } of each()) {
      expect(route.summary).toBeTruthy();
      expect(Object.keys(route.responses).some((status) => /^20\d$/.test(status))).toBe(true);
    }
    expect(Object.keys(document.components.securitySchemes).sort()).toEqual(['session', 'token']);
    for (const name of [
      'Server',
      'App',
      'LoadBalancer',
      'Backend',
      'Operation',
      'Step',
      'Plan',
      'Problem',
      'HealthRead',
    ]) {
      expect(document.components.schemas).toHaveProperty(name);
    }
  });

  it('points to nothing that is not in it', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
      (match) => match[1] ?? '',
    );
    expect(refs.length).toBeGreaterThan(50);
    for (const ref of refs) {
      const target = ref
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(target, ref).toBeDefined();
    }
  });

  it('has a page of its own, with nothing from elsewhere', async () => {
    const page = await world.send('GET', '/docs');
    const csp = page.headers.get('content-security-policy') ?? '';
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    const nonce = /nonce-([^']+)/.exec(csp)?.[1] ?? '';
    expect(html.split(`nonce="${nonce}"`)).toHaveLength(3);
    expect(csp).toContain("connect-src 'self'");
    const script = await world.send('GET', '/docs/scalar.js');
    expect(script.headers.get('content-type')).toMatch(/javascript/);
    expect((await script.text()).length).toBeGreaterThan(1_000_000);
  });
});

describe('every route', () => {
  it('answers 401 as a problem to strangers, and to a wrong token', async () => {
    for (const { method, path, route } of each()) {
      if (openRoutes.includes(route.operationId)) continue;
      const body = routes[route.operationId]?.body;
      expect((await problem(await world.send(method, path, body))).code, route.operationId).toBe(
        'unauthenticated',
      );
      const wrong = await world.send(method, path, body, { token: 'fl_wrong' });
      expect((await problem(wrong)).code, route.operationId).toBe('unauthenticated');
    }
  });

  it.each(roles)('asks for the right of its use-case: %s', async (role: Role) => {
    for (const { method, path, route } of each()) {
      const known = routes[route.operationId];
      if (known === undefined) continue;
      const response = await world.send(method, path, known.body, { token: world.tokens[role] });
      const isForbidden = response.status === 403;
      expect(isForbidden, `${role} ${route.operationId} ${response.status}`).toBe(
        !allows(role, known.action),
      );
      expect(response.status).not.toBe(500);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('cache-control')).toBe('no-store');
      if (!response.ok) await problem(response);
    }
    expect(Object.keys(actions).length).toBeGreaterThan(30);
  });

  it('answers what its schema says', async () => {
    const { owner } = world.ours;
    const { app, replicas } = await seedBalancedApp(world, owner);
    const live = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const token = world.tokens.owner;
    const get = async (path: string) => (await world.send('GET', path, undefined, { token })).json();
    const post = async (path: string, body: object, method = 'POST') => {
      const response = await world.send(method, path, body, { token });
      expect(response.ok, `${method} ${path} ${response.status}`).toBe(true);
      return response.json();
    };
    const strict = <T extends schemas.Problem | object>(
      schema: { parse(value: unknown): T },
      value: unknown,
    ) => expect(schema.parse(value)).toEqual(value);
    strict(schemas.meSchema, await get('/me'));
    strict(schemas.sshKeySchema, await get('/ssh-key'));
    strict(schemas.serverListSchema, await get('/servers'));
    strict(schemas.serverSchema, await get(`/servers/${server.id}`));
    strict(schemas.appSchema, await get(`/apps/${app.id}`));
    strict(schemas.appListSchema, await get('/apps'));
    strict(schemas.domainsSchema, await get(`/apps/${app.id}/domains`));
    strict(schemas.loadBalancerSchema, await get(`/apps/${app.id}/load-balancer`));
    strict(schemas.checklistSchema, await get(`/apps/${app.id}/load-balancer/checklist`));
    strict(schemas.environmentSchema, await post(`/apps/${app.id}/environment`, { set: { A: '1' } }, 'PUT'));
    const plan = { action: 'enable', serverIds: [server.id] };
    strict(schemas.planSchema, await post(`/apps/${live.app.id}/load-balancer/plan`, plan));
    const toggle = await post(`/apps/${app.id}/backends/${replicas[0]?.id}`, { enabled: false }, 'PATCH');
    strict(schemas.acceptedSchema, toggle);
    const { operation } = schemas.acceptedSchema.parse(toggle);
    strict(schemas.operationReadSchema, await get(`/operations/${operation.id}`));
    strict(schemas.operationPageSchema, await get('/operations?status=queued&limit=1'));
    strict(schemas.logPageSchema, await get(`/operations/${operation.id}/log`));
    strict(schemas.deploymentPageSchema, await get(`/apps/${live.app.id}/deployments`));
    const { items } = schemas.deploymentPageSchema.parse(await get(`/apps/${live.app.id}/deployments`));
    const one = `/apps/${live.app.id}/deployments/${items[0]?.id}`;
    strict(schemas.deploymentSchema, await get(one));
    strict(schemas.deploymentLogSchema, await get(`${one}/log?limit=1`));
    const file = await world.send('GET', `${one}/log.txt`, undefined, { token });
    expect([file.status, file.headers.get('content-type'), file.headers.get('content-disposition')]).toEqual([
      200,
      'text/plain; charset=utf-8',
      expect.stringMatching(/^attachment; filename="deployment-[0-9a-f-]{36}\.log"$/),
    ]);
    expect(await file.text()).toBe('');
    strict(schemas.healthReadSchema, await get(`/apps/${app.id}/health?hours=6`));
    strict(schemas.configListSchema, await get(`/apps/${live.app.id}/configs`));
    strict(schemas.configSchema, await get(`/apps/${live.app.id}/configs/1`));
    const [name = ''] = app.domains;
    const { chain: certificate, key } = makeAuthority().issue({ names: [name] });
    const uploaded = await post(`/apps/${app.id}/certificates`, { certificate, key });
    strict(schemas.certificateSchema, uploaded);
    const { id: certificateId } = schemas.certificateSchema.parse(uploaded);
    strict(schemas.acmeAccountSchema, await get('/acme-account'));
    strict(schemas.acmeAccountSchema, await post('/acme-account', { termsAgreed: true }, 'PUT'));
    const access = `/apps/${app.id}/repository-access`;
    strict(schemas.repositoryAccessSchema, await get(access));
    strict(schemas.repositoryAccessSchema, await post(`${access}/token`, { token: 'glpat-01234' }, 'PUT'));
    strict(schemas.repositoryHeadSchema, await post(`${access}/check`, {}));
    const sshUrl = { repositoryUrl: 'git@git.example:team/app.git' };
    strict(schemas.appSchema, await post(`/apps/${live.app.id}`, sshUrl, 'PATCH'));
    const sshAccess = `/apps/${live.app.id}/repository-access`;
    strict(schemas.repositoryAccessSchema, await post(`${sshAccess}/deploy-key`, {}));
    const seen = await post(`${sshAccess}/host-key`, {});
    strict(schemas.repositoryAccessSchema, seen);
    const { offered: fingerprint } = schemas.repositoryAccessSchema.parse(seen).hostKey;
    strict(schemas.repositoryAccessSchema, await post(`${sshAccess}/host-key`, { fingerprint }, 'PUT'));
    strict(schemas.webhookSchema, await get(`/apps/${app.id}/webhook`));
    strict(schemas.webhookWithSecretSchema, await post(`/apps/${app.id}/webhook`, { enabled: true }, 'PUT'));
    strict(schemas.webhookWithSecretSchema, await post(`/apps/${app.id}/webhook/secret`, {}));
    const tls = { mode: 'uploaded', certificateId, forceHttps: true };
    strict(schemas.acceptedSchema, await post(`/apps/${app.id}/load-balancer`, { tls }, 'PATCH'));
    const backendTls = { enabled: true, port: 26_000 };
    strict(schemas.acceptedSchema, await post(`/apps/${app.id}/load-balancer`, { backendTls }, 'PATCH'));
    strict(schemas.certificateListSchema, await get(`/apps/${app.id}/certificates`));
    strict(schemas.loadBalancerSchema, await get(`/apps/${app.id}/load-balancer`));
    strict(schemas.appSchema, await get(`/apps/${app.id}`));
    await seedNginxReading(world, app.id);
    strict(schemas.importListSchema, await get(`/apps/${app.id}/imports`));
    strict(schemas.acceptedSchema, await post(`/apps/${app.id}/imports/read`, {}));
    strict(
      schemas.planSchema,
      await post(`/apps/${app.id}/load-balancer/plan`, { action: 'import', ...seededFile }),
    );
    strict(schemas.acceptedSchema, await post(`/apps/${app.id}/imports`, seededFile));
    strict(schemas.importListSchema, await get(`/apps/${app.id}/imports`));
    strict(schemas.driftListSchema, await get(`/apps/${live.app.id}/drift`));
    strict(schemas.overviewSchema, await get('/overview'));
    strict(schemas.tokenListSchema, await get('/tokens'));
    strict(schemas.createdTokenSchema, await post('/tokens', { name: 'x', scopes: ['read'] }));
    strict(schemas.auditPageSchema, await get('/audit?limit=2'));
    strict(
      schemas.repositoryInspectionSchema,
      await post('/repositories/inspect', { repositoryUrl: 'https://git.example/a.git' }),
    );
    const created = await post('/servers', { name: 'made', address: '203.0.113.200' });
    strict(schemas.serverSchema, created);
    expect(
      (await world.send('DELETE', `/servers/${schemas.serverSchema.parse(created).id}`, undefined, { token }))
        .status,
    ).toBe(204);
  });
});

describe('refusals', () => {
  const send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    world.send(method, path, body, {
      token: world.tokens.owner,
      ...(headers === undefined ? {} : { headers }),
    });

  it('name each field that is wrong', async () => {
    const response = await send('POST', '/servers', {
      name: 'a;id',
      address: 'unix:/var/run/docker.sock',
      port: '22',
      extra: 1,
    });
    const { code, errors } = await problem(response);
    expect(code).toBe('invalid-input');
    expect(response.status).toBe(422);
    expect(errors?.map((error) => error.path).sort()).toEqual(['address', 'extra', 'name', 'port']);
  });

  it.each([
    ['no JSON', '{', 400],
    ['no object', '[]', 422],
    ['null', 'null', 422],
    ['nothing', undefined, 422],
  ])('say that the body is %s', async (_, body, status) => {
    const response = await send('POST', '/servers', body);
    expect([status, 400]).toContain(response.status);
    await problem(response);
  });

  it('refuse a body that is not JSON by its type', async () => {
    const response = await send('POST', '/servers', 'name=a&address=b', { 'content-type': 'text/plain' });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  it('refuse too long a body before it is read', async () => {
    const response = await send('POST', '/servers', { name: 'x'.repeat(300_000), address: '203.0.113.1' });
    expect(response.status).toBe(413);
    await problem(response);
  });

  it('let many long variables through', async () => {
    const { app } = await seedLiveApp(world, world.ours.owner);
    const set = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`LONG_${n}`, 'x'.repeat(60_000)]));
    expect((await send('PUT', `/apps/${app.id}/environment`, { set })).status).toBe(200);
    const response = await send('PUT', `/apps/${app.id}/environment`, { set: { LD_PRELOAD: 'x', A: 'a\0' } });
    expect((await problem(response)).errors?.map((error) => error.path).sort()).toEqual([
      'set.A',
      'set.LD_PRELOAD',
    ]);
  });

  it('keep __proto__ inert', async () => {
    const response = await send(
      'POST',
      '/servers',
      '{"name":"proto","address":"203.0.113.222","__proto__":{"port":1}}',
    );
    expect(response.status).toBe(422);
    expect(({} as Record<string, unknown>).port).toBeUndefined();
  });

  it.each(['not-an-id', '../../etc', '%2e%2e', "{{ lookup('pipe','id') }}", '0'])(
    'answer 404 to the id %s',
    async (bad) => {
      const response = await send('GET', `/servers/${encodeURIComponent(bad)}`);
      expect((await problem(response)).code).toBe('not-found');
    },
  );

  it('answer 404 where there is nothing, and hide what belongs to others', async () => {
    expect((await problem(await send('GET', '/nothing'))).code).toBe('not-found');
    expect((await problem(await world.send('GET', '/api/other'))).code).toBe('not-found');
    const server = await seedServer(world, world.theirs);
    expect((await problem(await send('GET', `/servers/${server.id}`))).code).toBe('not-found');
    expect(
      (await world.send('GET', `/servers/${server.id}`, undefined, { token: world.tokens.theirs })).status,
    ).toBe(200);
  });

  it('carry the hint', async () => {
    const { app } = await seedLiveApp(world, world.ours.owner);
    const refused = await problem(await send('DELETE', `/apps/${app.id}/load-balancer`));
    expect(refused).toMatchObject({
      status: 409,
      code: 'conflict',
      title: 'Conflict',
      hint: 'Enable it first.',
    });
  });

  it('give nothing away of what should not happen', async () => {
    const failing = { ...world.ctx.repositories };
    world.ctx.repositories.inspect = () => Promise.reject(new Error('password=hunter2'));
    try {
      const response = await send('POST', '/repositories/inspect', {
        repositoryUrl: 'https://git.example/a.git',
      });
      expect(response.status).toBe(500);
      expect(await response.clone().text()).not.toContain('hunter2');
      expect((await problem(response)).code).toBe('internal');
    } finally {
      world.ctx.repositories = failing;
    }
  });
});

it('plans, keeps and answers TCP streams, and says at which field one is refused', async () => {
  const { app } = await seedBalancedApp(world, world.ours.owner);
  const path = `/apps/${app.id}/load-balancer`;
  const token = world.tokens.owner;
  const stream = { name: 'broker', listenPort: 5672, backendPort: 15_672, serverNames: ['MQ.example.com'] };
  const plan = await world.send('POST', `${path}/plan`, { action: 'change', streams: [stream] }, { token });
  const { servers } = schemas.planSchema.parse(await plan.json());
  expect(servers.flatMap(({ firewall }) => firewall.map(({ purpose }) => purpose))).toContain('stream');
  const taken = { ...stream, listenPort: 80 };
  const refused = await problem(await world.send('PATCH', path, { streams: [taken] }, { token }));
  expect(refused).toMatchObject({ status: 422, errors: [{ path: 'streams.0.listenPort' }] });
  const odd = await problem(await world.send('PATCH', path, { streams: [{ ...stream, up: 1 }] }, { token }));
  expect(odd).toMatchObject({ code: 'invalid-input' });
  expect((await world.send('PATCH', path, { streams: [stream] }, { token })).status).toBe(202);
  const read = await world.send('GET', path, undefined, { token });
  expect(schemas.loadBalancerSchema.parse(await read.json())).toMatchObject({
    streams: [{ ...stream, serverNames: ['mq.example.com'], maxConns: 0 }],
    streamsRefusal: null,
  });
});

it('answers a repeated request with the same operation', async () => {
  const { app } = await seedBalancedApp(world, world.ours.owner);
  const press = async () => {
    const response = await world.send(
      'PATCH',
      `/apps/${app.id}/load-balancer`,
      { method: 'least_conn' },
      {
        token: world.tokens.owner,
        headers: { 'idempotency-key': 'press-7' },
      },
    );
    expect(response.status).toBe(202);
    return schemas.acceptedSchema.parse(await response.json()).operation.id;
  };
  const [one, two] = await Promise.all([press(), press()]);
  expect(one).toBe(two);
});

it('lets a token read only, if it was made so', async () => {
  const made = await world.send(
    'POST',
    '/tokens',
    { name: 'ro', scopes: ['read'] },
    { token: world.tokens.owner },
  );
  const { secret } = schemas.createdTokenSchema.parse(await made.json());
  expect((await world.send('GET', '/servers', undefined, { token: secret })).status).toBe(200);
  const write = await world.send(
    'POST',
    '/servers',
    { name: 'x', address: '203.0.113.1' },
    { token: secret },
  );
  expect((await problem(write)).code).toBe('forbidden');
});

it('says how the control plane is', async () => {
  const read = async () =>
    schemas.controlPlaneHealthSchema.parse(await (await world.send('GET', '/health')).json());
  expect(await read()).toEqual({ ok: true, version: '0.1.0-test', database: true, worker: false });
  const lease = {
    resource: 'poller',
    holder: 'w',
    fencingToken: 1n,
    expiresAt: new Date(Date.now() + 60_000),
  };
  await world.ctx.prisma.lease.create({ data: lease });
  expect(await read()).toMatchObject({ worker: true });
});

describe('on a socket', () => {
  it('speaks to the typed client and streams what changes to its own organization', async () => {
    const server = await startApiServer(world.api);
    try {
      const client = createClient(server.url, { token: world.tokens.viewer });
      const me = await client.me.$get();
      expect((await me.json()) as schemas.Me).toMatchObject({ role: 'viewer' });
      const abort = new AbortController();
      const response = await fetch(`${server.url}/api/v1/events`, {
        headers: { authorization: `Bearer ${world.tokens.viewer}` },
        signal: abort.signal,
      });
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      const heard: string[] = [];
      const reading = (async () => {
        for await (const chunk of response.body ?? []) heard.push(new TextDecoder().decode(chunk));
      })().catch(() => {});
      await expect.poll(() => heard.join('')).toContain(': hello');
      world.hub.publish({ o: world.theirs.organizationId, t: 'server', id: 'theirs' });
      world.hub.publish({ o: world.ours.owner.organizationId, t: 'server', id: 'ours' });
      world.hub.gap();
      await expect.poll(() => heard.join('')).toContain('data: {"t":"gap","id":""}');
      expect(heard.join('')).toContain('data: {"t":"server","id":"ours"}');
      expect(heard.join('')).not.toContain('theirs');
      abort.abort();
      await reading;
    } finally {
      await server.close();
    }
  });
});
