import { afterAll, beforeAll, expect, it } from 'vitest';
import { readEnvironment } from '../environment/read.ts';
import { readHostedPassword } from '../environment/reveal.ts';
import { desiredOf, loadFleet } from '../fleet.ts';
import { readChecklist } from '../load-balancer/checklist.ts';
import { seedApp, seedBalancedApp, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';
import { checkHostedDatabase } from './check.ts';
import { readHostedDatabase } from './read.ts';
import { removeHostedDatabase } from './remove.ts';
import { setHostedDatabase } from './set.ts';
import { storeHostedChecks } from './store.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  // Later than what the database dates itself.
  world.now.value = new Date(Date.now() + 60_000);
});
afterAll(() => world.close());

const fields = {
  ...{ engine: 'postgresql', host: 'db.example.com', port: 6432, name: 'shop', user: 'shop@tenant' },
  ...{ password: 'p@ss/word: $1', tls: 'verify', authority: null },
};
const refused = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code: string; details?: unknown }) => error,
  );

it('keeps the account sealed, tells backends of it, and changes nothing on any server', async () => {
  const { app } = await seedLiveApp(world, world.ours.admin, { databaseEngine: 'none' });
  const input = { ...fields, appId: app.id };
  const { hosted } = await setHostedDatabase(world.ctx, world.ours.admin, input);
  const { password, ...shown } = fields;
  expect(hosted).toMatchObject({ ...shown, pending: true, checkedAt: null, checks: [] });
  expect(JSON.stringify([hosted, await world.ctx.prisma.auditEntry.findMany()])).not.toContain(password);
  const fleet = await loadFleet(world.ctx.prisma, app.id);
  expect(JSON.stringify(fleet.app)).not.toContain(password);
  const secret = readHostedPassword(world.ctx, fleet.app);
  const desired = desiredOf(fleet, { databasePassword: secret });
  expect(desired.database).toBeNull();
  expect(
    desired.firewall.flatMap(({ rules }) => rules).filter((rule) => rule.purpose === 'database'),
  ).toEqual([]);
  const told = Object.fromEntries(
    Object.entries(desired.environment[0]?.generated ?? {}).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : value.reveal(),
    ]),
  );
  expect(told).toMatchObject({
    DB_HOST: 'db.example.com',
    DB_PORT: '6432',
    PGSSLMODE: 'verify-full',
    DB_PASSWORD: password,
  });
  const url = new URL(told.DATABASE_URL ?? '');
  expect([decodeURIComponent(url.username), decodeURIComponent(url.password)]).toEqual([
    'shop@tenant',
    password,
  ]);
  expect(url.searchParams.get('sslrootcert')).toBe('/etc/ssl/certs/ca-certificates.crt');
  const { generated, pending } = await readEnvironment(world.ctx, world.ours.admin, { appId: app.id });
  expect(generated.map(({ key }) => key).sort()).toEqual(Object.keys(told).sort());
  expect(pending).toBe(true);

  // A password is for its host: it is not handed to whoever answers elsewhere.
  const without = { ...shown, appId: app.id };
  await setHostedDatabase(world.ctx, world.ours.admin, { ...without, tls: 'require' });
  const moved = setHostedDatabase(world.ctx, world.ours.admin, { ...without, host: 'elsewhere.example.com' });
  expect(await refused(moved)).toMatchObject({ code: 'invalid-input' });
  await removeHostedDatabase(world.ctx, world.ours.admin, { appId: app.id });
  expect(await readHostedDatabase(world.ctx, world.ours.admin, { appId: app.id })).toEqual({ hosted: null });
  expect(await world.ctx.prisma.hostedDatabase.count({ where: { appId: app.id } })).toBe(0);
});

it('is refused for an app with a database of Fairlead’s, and hostile values on their field', async () => {
  const { app } = await seedBalancedApp(world, world.ours.admin);
  expect(
    await refused(setHostedDatabase(world.ctx, world.ours.admin, { ...fields, appId: app.id })),
  ).toMatchObject({
    code: 'conflict',
  });
  const bad = [
    ...['unix:/run/x', '-oProxyCommand=id', '10.0.0.1; id', 'a b'].map((host) => ({ host })),
    { user: 'a\nb' },
    { authority: '-----BEGIN PRIVATE KEY-----' },
    { port: 0 },
    { tls: 'maybe' },
  ];
  for (const change of bad) {
    const work = setHostedDatabase(world.ctx, world.ours.admin, { ...fields, ...change, appId: app.id });
    expect(await refused(work), JSON.stringify(change)).toMatchObject({ code: 'invalid-input' });
  }
});

it('is tested once at a time, and what was found answers the checklist’s question about connections', async () => {
  const { app, backend } = await seedLiveApp(world, world.ours.admin, { databaseEngine: 'none' });
  const { appId } = { appId: app.id };
  await setHostedDatabase(world.ctx, world.ours.admin, { ...fields, appId });
  const first = await checkHostedDatabase(world.ctx, world.ours.deployer, { appId });
  expect((await checkHostedDatabase(world.ctx, world.ours.deployer, { appId })).operation.id).toBe(
    first.operation.id,
  );
  const { setAt } = await world.ctx.prisma.hostedDatabase.findUniqueOrThrow({ where: { appId } });
  const found = { backendId: backend.id, serverName: 'x', checks: [], maxConnections: 15, connections: 3 };
  await storeHostedChecks(world.ctx, app, new Date(0), [found]);
  expect((await readHostedDatabase(world.ctx, world.ours.viewer, { appId })).hosted?.checks).toEqual([]);
  await storeHostedChecks(world.ctx, app, setAt, [found]);
  expect((await readHostedDatabase(world.ctx, world.ours.viewer, { appId })).hosted?.checks).toEqual([found]);
  const files = [
    { path: 'package.json', text: '{"dependencies":{"express":"4.21.0","pg":"8.13.0"}}' },
    { path: 'server.js', text: "import pg from 'pg';\nconst pool = new pg.Pool({ max: 10 });\n" },
  ];
  const tree = { commit: 'a'.repeat(40), paths: files.map(({ path }) => path), files, unread: [] };
  const ctx = { ...world.ctx, repositories: { ...world.ctx.repositories, readTree: async () => tree } };
  const { items } = await readChecklist(ctx, world.ours.viewer, { appId });
  expect(items.find(({ key }) => key === 'database-connections')).toMatchObject({
    status: 'problem',
    text: expect.stringContaining('PostgreSQL allows 15'),
  });
  const fresh = await seedApp(world, world.ours.admin, { databaseEngine: 'none' });
  expect(
    await refused(checkHostedDatabase(world.ctx, world.ours.admin, { appId: fresh.app.id })),
  ).toMatchObject({
    code: 'not-found',
  });
});
