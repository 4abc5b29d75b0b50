import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cancelOperation } from '@fairlead/core';
import { acquireLeases, releaseLeases, type Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { addOperation, addServer, everyHandler, workerContext } from '../../testing/worker-context.ts';
import type { Handler, Run } from './run.ts';
import { runOperation } from './run-operation.ts';
import { sweep } from './sweeper.ts';

let plane: TestControlPlane;
let server: Server;
let soft: AbortController;
let hard: AbortController;

beforeEach(async () => {
  plane = await startTestControlPlane();
  server = await addServer(plane, 'one');
  soft = new AbortController();
  hard = new AbortController();
});
afterEach(() => plane.close());

const shutdown = () => ({ soft: soft.signal, hard: hard.signal });
const handlerOf =
  (
    work: (run: Run) => Promise<void>,
    failed: (run: Run, error: unknown) => Promise<void> = async () => {},
  ): Handler =>
  async () => ({ servers: [server.id], run: work, failed });
const runAs = (name: string, operationId: string, handler: Handler) =>
  runOperation(workerContext(plane, name), everyHandler(handler), operationId, shutdown());
const read = (id: string) =>
  plane.database.prisma.operation.findUniqueOrThrow({
    where: { id },
    include: { steps: { orderBy: { position: 'asc' } }, logLines: { orderBy: { id: 'asc' } } },
  });
const untilRunning = (id: string, key: string) =>
  until(`step ${key} running`, async () => {
    const { steps } = await read(id);
    return steps.some((step) => step.key === key && step.status === 'running');
  });
/** Holds a step until it is opened, also if that comes before the step has begun to wait. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
const waitFor = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut off'))));

test('records every step with start, end, outcome and log', async () => {
  const { id } = await addOperation(plane, server);
  await runAs(
    'a',
    id,
    handlerOf(async (run) => {
      let late = () => {};
      run.plan([
        { key: 'look', title: 'Look' },
        { key: 'later', title: 'Never needed' },
      ]);
      await run.step({ key: 'look', title: 'Look', serverId: server.id }, async (step) => {
        step.output('stdout', 'line 1\nline 2');
        step.outcome('seen');
        late = () => step.progress(0.5, 'too late');
      });
      late();
      await run.step({ key: 'idle', title: 'Idle' }, async (step) => step.skip('nothing to do'));
    }),
  );
  const operation = await read(id);
  expect(operation).toMatchObject({ status: 'succeeded', attempt: 1, error: null });
  expect(operation.steps.map(({ key, status, detail }) => [key, status, detail])).toEqual([
    ['look', 'succeeded', 'seen'],
    ['later', 'skipped', null],
    ['idle', 'skipped', 'nothing to do'],
  ]);
  expect(operation.logLines.map(({ text }) => text)).toEqual(['line 1', 'line 2']);
  const [look] = operation.steps;
  expect(look?.startedAt).toBeInstanceOf(Date);
  expect(look?.finishedAt).toBeInstanceOf(Date);
  expect(look?.progress).toBe(1);
});

test('a failure is stored with its step and its operation, and tells nothing that is not public', async () => {
  const { id } = await addOperation(plane, server);
  const cause = new Error('password=hunter2');
  let told: unknown;
  await runAs(
    'a',
    id,
    handlerOf(
      (run) =>
        run.step({ key: 'break', title: 'Break' }, async () => {
          throw new AppError('disk-full', 'The disk of one is full.', {
            hint: 'Make room.',
            server: 'one',
            cause,
          });
        }),
      async (_run, error) => {
        told = error;
      },
    ),
  );
  const operation = await read(id);
  const stored = {
    code: 'disk-full',
    message: 'The disk of one is full.',
    hint: 'Make room.',
    server: 'one',
  };
  expect(operation).toMatchObject({ status: 'failed', error: stored });
  expect(operation.steps[0]).toMatchObject({ status: 'failed', error: stored });
  expect(told).toBeInstanceOf(AppError);
  expect(JSON.stringify([operation.error, operation.steps])).not.toContain('hunter2');
});

test('what is no AppError becomes one that gives nothing away', async () => {
  const { id } = await addOperation(plane, server);
  await runAs(
    'a',
    id,
    handlerOf((run) => run.step({ key: 'bug', title: 'Bug' }, () => Promise.reject(new Error('secret')))),
  );
  const operation = await read(id);
  expect(operation).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  expect(JSON.stringify(operation)).not.toContain('secret');
});

test('of two workers one does it, once', async () => {
  const { id } = await addOperation(plane, server);
  let runs = 0;
  const handler = handlerOf(async (run) => {
    await run.step({ key: 'count', title: 'Count' }, async () => {
      runs += 1;
    });
  });
  await Promise.all(['a', 'b', 'c'].map((name) => runAs(name, id, handler)));
  expect(runs).toBe(1);
  expect(await read(id)).toMatchObject({ status: 'succeeded', attempt: 1 });
});

test('waits while somebody else holds the server, and goes on with a larger token', async () => {
  const { prisma } = plane.database;
  const held = await acquireLeases(prisma, [`server:${server.id}`], 'somebody', 60_000);
  if (held === null) throw new Error('the lease was not free');
  const { id } = await addOperation(plane, server);
  let token = '';
  const running = runAs(
    'a',
    id,
    handlerOf(async (run) => {
      token = run.fence(server.id).token;
    }),
  );
  await until('the note that it waits', async () => (await read(id)).logLines.length > 0);
  expect(token).toBe('');
  await releaseLeases(prisma, held);
  await running;
  expect(BigInt(token)).toBeGreaterThan(held.tokens.get(`server:${server.id}`) ?? 0n);
  expect(await read(id)).toMatchObject({ status: 'succeeded' });
});

test('refuses to change a server that it has not leased', async () => {
  const other = await addServer(plane, 'two');
  const { id } = await addOperation(plane, server);
  await runAs(
    'a',
    id,
    handlerOf(async (run) => void run.fence(other.id)),
  );
  expect(await read(id)).toMatchObject({ status: 'failed', error: { code: 'internal' } });
});

test('a lost lease stops the work and gives the operation back, undoing nothing', async () => {
  const { prisma } = plane.database;
  const { id } = await addOperation(plane, server);
  let isUndone = false;
  const running = runAs(
    'a',
    id,
    handlerOf(
      (run) => run.step({ key: 'long', title: 'Long' }, (step) => waitFor(step.signal)),
      async () => {
        isUndone = true;
      },
    ),
  );
  await untilRunning(id, 'long');
  await prisma.lease.update({
    where: { resource: `server:${server.id}` },
    data: { holder: 'thief', fencingToken: { increment: 1 } },
  });
  await running;
  expect(isUndone).toBe(false);
  expect(await read(id)).toMatchObject({ status: 'queued', error: null });
  await prisma.lease.update({ where: { resource: `server:${server.id}` }, data: { expiresAt: new Date(0) } });
  await runAs(
    'b',
    id,
    handlerOf((run) => run.step({ key: 'long', title: 'Long' }, async () => {})),
  );
  expect(await read(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
});

test('a worker whose operation was taken over writes nothing any more', async () => {
  const { prisma } = plane.database;
  const { id } = await addOperation(plane, server);
  const slow = gate();
  const running = runAs(
    'a',
    id,
    handlerOf(async (run) => {
      await run.step({ key: 'slow', title: 'Slow' }, () => slow.opened);
      await run.step({ key: 'after', title: 'After' }, async () => {});
    }),
  );
  await untilRunning(id, 'slow');
  await prisma.operation.update({ where: { id }, data: { attempt: { increment: 1 } } });
  slow.open();
  await running;
  const operation = await read(id);
  expect(operation).toMatchObject({ status: 'running', attempt: 2 });
  expect(operation.steps.map(({ key, status }) => [key, status])).toEqual([['slow', 'running']]);
});

test('a shutdown lets the step end and leaves the rest to another worker', async () => {
  const { id } = await addOperation(plane, server);
  const done: string[] = [];
  let first = gate();
  const handler = handlerOf(async (run) => {
    await run.step({ key: 'first', title: 'First' }, () => first.opened);
    done.push('first');
    await run.step({ key: 'second', title: 'Second' }, async () => void done.push('second'));
  });
  const running = runAs('a', id, handler);
  await untilRunning(id, 'first');
  soft.abort();
  first.open();
  await running;
  expect(done).toEqual(['first']);
  expect(await read(id)).toMatchObject({ status: 'queued' });
  const lease = await plane.database.prisma.lease.findUniqueOrThrow({
    where: { resource: `server:${server.id}` },
  });
  expect(lease.holder).toBe('');
  soft = new AbortController();
  first = gate();
  const again = runAs('b', id, handler);
  await untilRunning(id, 'first');
  first.open();
  await again;
  expect(done).toEqual(['first', 'first', 'second']);
  expect(await read(id)).toMatchObject({ status: 'succeeded', attempt: 2 });
});

test('a cancellation cuts waits off and ends the operation', async () => {
  const { id } = await addOperation(plane, server);
  let cleanUpFor: unknown;
  const running = runAs(
    'a',
    id,
    handlerOf(
      (run) => run.step({ key: 'long', title: 'Long' }, (step) => waitFor(step.signal)),
      async (_run, error) => {
        cleanUpFor = error;
      },
    ),
  );
  await untilRunning(id, 'long');
  await cancelOperation(plane.ctx, plane.actor, { operationId: id });
  await running;
  expect(cleanUpFor).toMatchObject({ code: 'cancelled' });
  expect(await read(id)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
});

test('a worker killed in the middle of a step is replaced, and the operation starts again from the top', async () => {
  const { id } = await addOperation(plane, server);
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', 'apps/worker/testing/stuck-worker.ts'],
      ...[plane.database.url, plane.env.FAIRLEAD_SECRET_KEY, id, server.id],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  await untilRunning(id, 'second');
  const before = await plane.database.prisma.server.findUniqueOrThrow({ where: { id: server.id } });
  child.kill('SIGKILL');
  await once(child, 'close');

  const worker = workerContext(plane, 'survivor');
  const done: string[] = [];
  const handler = handlerOf(async (run) => {
    await run.step({ key: 'first', title: 'First' }, async () => void done.push(run.fence(server.id).token));
    await run.step({ key: 'second', title: 'Second' }, async () => void done.push('second'));
  });
  await until('the end of the operation', async () => {
    await sweep(worker);
    await runOperation(worker, everyHandler(handler), id, shutdown());
    return (await read(id)).status === 'succeeded';
  });
  expect(done).toHaveLength(2);
  expect(BigInt(done[0] ?? '0')).toBeGreaterThan(BigInt(before.hostVersion ?? '0'));
  const operation = await read(id);
  expect(operation.attempt).toBe(2);
  expect(operation.steps.map(({ key, status }) => [key, status])).toEqual([
    ['first', 'succeeded'],
    ['second', 'succeeded'],
  ]);
});
