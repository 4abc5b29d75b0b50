import { AppError } from '@fairlead/errors';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as core from '../index.ts';
import { type SeededApp, seedBalancedApp, seedCanary, seedLiveApp } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
let balanced: SeededApp;
let appId: string;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
  balanced = await seedBalancedApp(world, owner);
  appId = balanced.app.id;
});
afterAll(() => world.close());

async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(() => null).catch((thrown: unknown) => thrown);
  if (error instanceof AppError) return error;
  throw error ?? new Error('it was accepted');
}
const list = async () => (await core.listProcesses(world.ctx, owner, { appId })).items;
const set = (name: string, process: object) => core.setProcess(world.ctx, owner, { appId, name, process });

const all = {
  mail: {
    ...{
      kind: 'worker',
      command: 'node mail.js',
      count: 3,
      place: 'one',
      memoryMib: 128,
      stopTimeoutSeconds: 45,
    },
  },
  nightly: {
    ...{ kind: 'cron', command: 'node nightly.js', schedule: '15 3 * * mon-fri', timeZone: 'Europe/Berlin' },
    ...{ place: 'all', memoryMib: 256, stopTimeoutSeconds: 5, timeLimitSeconds: 120 },
  },
  seed: { kind: 'command', command: 'npm run seed', memoryMib: 64, timeLimitSeconds: 60 },
};

test('every accepted field is stored, and waits until it is in place', async () => {
  const backendId = balanced.backend.id;
  for (const [name, process] of Object.entries(all)) {
    const { operation } = await set(name, process.kind === 'worker' ? { ...process, backendId } : process);
    expect(operation).toMatchObject({ kind: 'process.set', status: 'queued' });
  }
  const found = await list();
  expect(found.map(({ settings }) => settings)).toEqual([
    { name: 'mail', ...all.mail, backendId },
    { name: 'nightly', ...all.nightly, backendId: null },
    { name: 'seed', ...all.seed },
  ]);
  expect(found.map(({ pending }) => pending)).toEqual([true, true, false]);
  expect(found[1]?.words).toBe('at 03:15, on Monday to Friday');
  expect(found.flatMap(({ places }) => places.map(({ state }) => state))).not.toContain('running');
});

test('the same that is asked for again is the operation that waits', async () => {
  const first = await set('twice', all.seed);
  expect((await set('twice', all.seed)).operation.id).toBe(first.operation.id);
  expect((await set('twice', { ...all.seed, timeLimitSeconds: 61 })).operation.id).not.toBe(
    first.operation.id,
  );
});

test('a plan says what starts where and when, and writes nothing', async () => {
  const before = await list();
  const plan = await core.planProcesses(world.ctx, owner, {
    ...{ appId, action: 'set-process' },
    process: { name: 'hourly', kind: 'cron', command: 'x', schedule: '0 * * * *', place: 'all' },
  });
  expect(plan.servers.flatMap(({ processes }) => processes ?? [])).toEqual(
    plan.servers.map(() => ({ change: 'add', kind: 'timer', name: 'hourly', count: null })),
  );
  expect(plan.servers.length).toBeGreaterThan(1);
  expect(plan.notes.map(({ text }) => text).join('\n')).toMatch(
    /at minute 0 of every hour, every day \(UTC\); next: .*:00 UTC[\s\S]*on all \d+ backends at the same time/,
  );
  expect(await list()).toEqual(before);
});

test('what fairlead.yml declares is changed there alone', async () => {
  const { prisma } = world.ctx;
  const deployment = await prisma.deployment.findFirstOrThrow({ where: { appId } });
  await prisma.deployment.update({
    where: { id: deployment.id },
    data: { processes: core.declaredProcessesOf('workers:\n  mail: {command: other}\n') as object[] },
  });
  const [mail] = await list();
  expect(mail).toMatchObject({
    source: 'fairlead.yml',
    pending: false,
    settings: { command: 'other', count: 1 },
  });
  expect((await refusal(set('mail', all.mail))).code).toBe('conflict');
  expect((await refusal(core.removeProcess(world.ctx, owner, { appId, name: 'mail' }))).code).toBe(
    'conflict',
  );
  await prisma.deployment.update({ where: { id: deployment.id }, data: { processes: [] } });
  expect((await list())[0]).toMatchObject({ source: 'fairlead', settings: { command: 'node mail.js' } });
});

test('a canary’s backend is shown with what its own commit declares, and the others with theirs', async () => {
  const { app, chosen, deployment, backend } = await seedCanary(world, owner);
  const { prisma } = world.ctx;
  const declares = (text: string) => ({ processes: core.declaredProcessesOf(text) as object[] });
  const older = 'workers:\n  gone: {command: a}\n  mail: {command: b}\n';
  const newer =
    'workers:\n  extra: {command: c}\n  mail: {command: b, count: 2}\ncron:\n  nightly: {command: d, schedule: "0 3 * * *"}\ncommands:\n  seed: {command: e}\n';
  await prisma.deployment.updateMany({ where: { appId: app.id }, data: declares(older) });
  await prisma.deployment.update({ where: { id: deployment.id }, data: declares(newer) });
  const worker = { name: 'mail', kind: 'worker' };
  const instance = (index: number) => ({ index, state: 'running', restarts: 0, exitCode: null, since: null });
  await prisma.backend.update({
    where: { id: chosen.id },
    data: {
      processes: [{ ...worker, instances: [instance(1), instance(2)] }],
      processesSeenAt: world.ctx.clock(),
    },
  });
  const { items } = await core.listProcesses(world.ctx, owner, { appId: app.id });
  const places = Object.fromEntries(items.map((item) => [item.settings.name, item.places]));
  expect(Object.keys(places)).toEqual(['extra', 'gone', 'mail', 'nightly', 'seed']);
  expect(places.extra?.map(({ backendId }) => backendId)).toEqual([chosen.id]);
  expect(places.gone?.map(({ backendId }) => backendId)).not.toContain(chosen.id);
  expect(places.gone).toHaveLength(2);
  expect(places.mail?.find(({ backendId }) => backendId === chosen.id)?.state).toBe('running');
  // On the primary alone, which has the release before.
  expect(places.nightly).toEqual([]);
  const seed = (backendId: string) =>
    core.runCommand(world.ctx, owner, { appId: app.id, backendId, name: 'seed' });
  expect((await seed(chosen.id)).operation.kind).toBe('process.run');
  expect((await refusal(seed(backend.id))).code).toBe('not-found');
});

test('a secret’s value is taken into no command, as commands are shown and kept', async () => {
  const value = 'glpat-0123456789';
  await core.changeEnvironment(world.ctx, owner, {
    appId,
    set: { API_TOKEN: value, GREETING: 'a long greeting' },
  });
  const error = await refusal(set('leak', { ...all.seed, command: `curl -H ${value} x` }));
  expect(error.message).toContain('API_TOKEN');
  expect(error.message).not.toContain(value);
  const backendId = balanced.backend.id;
  const asked = { appId, backendId, command: `echo ${value}` };
  expect((await refusal(core.runCommand(world.ctx, owner, asked))).message).toContain('API_TOKEN');
  const { operation } = await core.runCommand(world.ctx, owner, {
    ...asked,
    command: 'echo a long greeting',
  });
  const entry = await world.ctx.prisma.auditEntry.findFirstOrThrow({ where: { operationId: operation.id } });
  expect(entry).toMatchObject({
    action: 'process.run',
    details: { command: 'echo a long greeting', backendId },
  });
});

test.each([
  ['command', { kind: 'worker', command: 'a\nb' }],
  ['command', { kind: 'worker', command: '' }],
  ['count', { ...all.mail, count: 65 }],
  ['schedule', { ...all.nightly, schedule: '@reboot' }],
  ['timeZone', { ...all.nightly, timeZone: 'Europe/Nowhere' }],
  ['timeZone', { ...all.nightly, timeZone: 'UTC\nOnCalendar=*' }],
  ['memoryMib', { ...all.seed, memoryMib: 1 }],
  ['backendId', { ...all.mail, backendId: '019a9a5e-5d0f-7c1e-9a44-3a0d0b6d0c11' }],
])('%s of %j is refused at its field', async (field, process) => {
  const error = await refusal(set('bad', process));
  const { errors } = error.details as { errors: { path: string }[] };
  expect(errors.map(({ path }) => path)).toContain(`process.${field}`);
});

test.each(['Mail', '-x', 'a.b', 'a@1', 'a/../b', 'x'.repeat(32), '__proto__'])(
  'the name %j is refused',
  async (name) => {
    expect((await refusal(set(name, all.seed))).code).toBe('invalid-input');
  },
);

test('a command runs on a backend of the app that serves, by exactly one of name and line', async () => {
  const other = await seedLiveApp(world, owner);
  const run = (input: object) => core.runCommand(world.ctx, owner, { appId, ...input });
  const backendId = balanced.backend.id;
  expect((await refusal(run({ backendId: other.backend.id, command: 'x' }))).code).toBe('not-found');
  expect((await refusal(run({ backendId }))).code).toBe('invalid-input');
  expect((await refusal(run({ backendId, command: 'x', name: 'seed' }))).code).toBe('invalid-input');
  expect((await refusal(run({ backendId, name: 'nightly' }))).code).toBe('not-found');
  const { operation } = await run({ backendId, name: 'seed' });
  const row = await world.ctx.prisma.operation.findUniqueOrThrow({ where: { id: operation.id } });
  expect(row.input).toMatchObject({
    name: 'seed',
    command: 'npm run seed',
    timeLimitSeconds: 60,
    memoryMib: 64,
  });
  expect(
    (
      await refusal(
        core.retryOperation(world.ctx, owner, { operationId: operation.id }).then(async () => {
          await world.ctx.prisma.operation.update({
            where: { id: operation.id },
            data: { status: 'failed' },
          });
          return core.retryOperation(world.ctx, owner, { operationId: operation.id });
        }),
      )
    ).code,
  ).toBe('conflict');
});

test('the plan of a worker on several backends says whether they share a queue', async () => {
  const plan = (texts: Record<string, string>) => {
    const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
    const paths = Object.keys(texts);
    const readTree = async () => ({ commit: 'a'.repeat(40), paths, files, unread: [] });
    const ctx = { ...world.ctx, repositories: { ...world.ctx.repositories, readTree } };
    return core.planProcesses(ctx, owner, {
      ...{ appId, action: 'set-process' },
      process: { name: 'queue', kind: 'worker', command: 'node queue.js' },
    });
  };
  const split = await plan({
    artisan: '',
    'composer.json': '{"require":{"laravel/framework":"^12.0"}}',
    'config/queue.php': "<?php\nreturn [\n  'default' => env('QUEUE_CONNECTION', 'sync'),\n];",
  });
  expect(split.notes.at(-1)).toMatchObject({
    level: 'warning',
    text: expect.stringMatching(/^Workers on several backends share no queue: .*\(config\/queue\.php:3\)$/),
  });
  const shared = await plan({
    'package.json': '{"dependencies":{"express":"5"}}',
    'app.js': `import PgBoss from 'pg-boss';\nnew PgBoss(process.env.DATABASE_URL);\n`,
  });
  expect(shared.notes.at(-1)).toMatchObject({
    level: 'info',
    text: expect.stringContaining('They share a queue: '),
  });
});
