import { AppError, Secret } from '@fairlead/errors';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as core from '../index.ts';
import { seedApp, seedLiveApp, seedServer } from '../testing/fleet.ts';
import { createWorld, type World } from '../testing/world.ts';

let world: World;
let owner: core.Actor;
beforeAll(async () => {
  world = await createWorld();
  owner = world.ours.owner;
});
afterAll(() => world.close());
beforeEach(() => {
  world.now.value = new Date();
});

async function refusal(work: Promise<unknown>): Promise<AppError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const later = (ms: number) => {
  world.now.value = new Date(world.now.value.getTime() + ms);
};

async function queued(): Promise<{ operationId: string; serverId: string }> {
  const server = await seedServer(world, owner);
  const { operation } = await core.checkServer(world.ctx, owner, { serverId: server.id });
  return { operationId: operation.id, serverId: server.id };
}

async function claimed(): Promise<core.Claim> {
  const { operationId } = await queued();
  const outcome = await core.claimOperation(world.ctx, operationId);
  if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome);
  return outcome.claim;
}

const read = (operationId: string) => core.readOperation(world.ctx, owner, { operationId });

describe('claim', () => {
  it('gives an operation to one of many who ask at once', async () => {
    const { operationId } = await queued();
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => core.claimOperation(world.ctx, operationId)),
    );
    expect(outcomes.map((o) => o.outcome).sort()).toEqual(['claimed', 'gone', 'gone', 'gone', 'gone']);
    expect(await read(operationId)).toMatchObject({ status: 'running', attempt: 1 });
  });

  it('takes over from a worker that fell silent, and refuses the silent one’s writes', async () => {
    const old = await claimed();
    expect((await core.claimOperation(world.ctx, old.operationId)).outcome).toBe('gone');
    later(core.heartbeatStaleMs + 1);
    expect(await core.findUnattended(world.ctx)).toContain(old.operationId);
    const taken = await core.claimOperation(world.ctx, old.operationId);
    expect(taken).toMatchObject({ outcome: 'claimed', claim: { attempt: 2 } });
    expect(await core.heartbeat(world.ctx, old)).toBe('lost');
    expect(
      await refusal(core.recordSteps(world.ctx, old, [starting({ key: 'x', title: 'X' })])),
    ).toMatchObject({
      code: 'lease-lost',
    });
    expect(await refusal(core.succeedOperation(world.ctx, old))).toMatchObject({ code: 'lease-lost' });
    expect(await core.findUnattended(world.ctx)).not.toContain(old.operationId);
  });

  it('stays with a worker that says it is alive', async () => {
    const claim = await claimed();
    for (let n = 0; n < 3; n += 1) {
      later(core.heartbeatStaleMs - 1);
      expect(await core.heartbeat(world.ctx, claim)).toBe('alive');
    }
    expect((await core.claimOperation(world.ctx, claim.operationId)).outcome).toBe('gone');
  });

  it('runs one operation of an app after another, oldest first, and hands out the next', async () => {
    const { app } = await seedApp(world, owner);
    const first = await core.startDeployment(world.ctx, owner, { appId: app.id });
    const second = await core.startDeployment(world.ctx, owner, { appId: app.id, commit: 'a'.repeat(40) });
    expect(await core.claimOperation(world.ctx, second.operation.id)).toEqual({
      outcome: 'waiting',
      behind: first.operation.id,
    });
    const outcome = await core.claimOperation(world.ctx, first.operation.id);
    if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome);
    expect(await core.claimOperation(world.ctx, second.operation.id)).toMatchObject({ outcome: 'waiting' });
    await core.failOperation(world.ctx, outcome.claim, new AppError('build-failed', 'The build failed.'));
    expect(world.enqueued.at(-1)).toBe(second.operation.id);
    expect(await core.claimOperation(world.ctx, second.operation.id)).toMatchObject({ outcome: 'claimed' });
  });

  it('gives an operation back unfinished', async () => {
    const claim = await claimed();
    await core.releaseOperation(world.ctx, claim);
    expect(await read(claim.operationId)).toMatchObject({ status: 'queued' });
    expect(await core.claimOperation(world.ctx, claim.operationId)).toMatchObject({
      outcome: 'claimed',
      claim: { attempt: 2 },
    });
  });

  it('knows nothing of an id that is nobody’s', async () => {
    expect(await core.claimOperation(world.ctx, core.newId(new Date(0)))).toEqual({ outcome: 'gone' });
  });
});

const starting = (step: core.StepName): core.StepChange => ({ type: 'start', step, at: world.ctx.clock() });
const ending = (key: string, detail: string): core.StepChange => ({
  type: 'end',
  key,
  status: 'succeeded',
  detail,
  at: world.ctx.clock(),
});

describe('steps', () => {
  it('are shown before they begin, keep their place, and count the progress', async () => {
    const claim = await claimed();
    const steps = [
      { key: 'dns', title: 'Resolve the name' },
      { key: 'tcp', title: 'Reach the port' },
    ];
    await core.recordSteps(world.ctx, claim, [{ type: 'plan', steps }]);
    await core.recordSteps(world.ctx, claim, [
      starting({ key: 'dns', title: 'Resolve the name' }),
      { type: 'progress', key: 'dns', share: 0.5, detail: 'half way' },
    ]);
    expect(await read(claim.operationId)).toMatchObject({
      progress: 0.25,
      currentStep: 'Resolve the name',
      steps: [
        { key: 'dns', status: 'running', progress: 0.5, detail: 'half way' },
        { key: 'tcp', status: 'pending', startedAt: null },
      ],
    });
    await core.recordSteps(world.ctx, claim, [ending('dns', '198.18.0.11')]);
    await core.succeedOperation(world.ctx, claim);
    expect(await read(claim.operationId)).toMatchObject({
      status: 'succeeded',
      progress: 1,
      error: null,
      steps: [{ status: 'succeeded', detail: '198.18.0.11' }, { status: 'skipped' }],
    });
  });

  it('end with the public part of what was thrown, never its cause', async () => {
    const claim = await claimed();
    await core.recordSteps(world.ctx, claim, [starting({ key: 'tcp', title: 'Reach the port' })]);
    const thrown = new AppError('connection-refused', 'Nobody listens on port 22.', {
      hint: 'Start sshd.',
      cause: new Error('secret inside'),
    });
    await core.recordSteps(world.ctx, claim, [{ type: 'fail', key: 'tcp', thrown, at: world.ctx.clock() }]);
    await core.failOperation(world.ctx, claim, new TypeError('x is not a function'));
    const row = await read(claim.operationId);
    expect(row).toMatchObject({
      status: 'failed',
      currentStep: 'Reach the port',
      error: { code: 'internal' },
      steps: [{ status: 'failed', error: { code: 'connection-refused', hint: 'Start sshd.' } }],
    });
    expect(JSON.stringify(row)).not.toMatch(/secret inside|not a function/);
  });

  it('begin again in a later attempt, in their place', async () => {
    const claim = await claimed();
    const step = { key: 'dns', title: 'Resolve the name' };
    const one = await core.recordSteps(world.ctx, claim, [starting(step), ending('dns', 'done')]);
    later(core.heartbeatStaleMs + 1);
    const outcome = await core.claimOperation(world.ctx, claim.operationId);
    if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome);
    const again = await core.recordSteps(world.ctx, outcome.claim, [starting(step)]);
    expect(again).toEqual(one);
    expect((await read(claim.operationId)).steps).toMatchObject([{ status: 'running', finishedAt: null }]);
  });

  it('are stored together as one by one: what begins and ends at once, too, each in its place', async () => {
    const at = world.ctx.clock();
    const changes: core.StepChange[] = [
      { type: 'plan', steps: [{ key: 'a', title: 'A' }] },
      starting({ key: 'a', title: 'A' }),
      ending('a', 'first'),
      starting({ key: 'b', title: 'B' }),
      starting({ key: 'c', title: 'C' }),
      { type: 'progress', key: 'c', share: 2 },
      { type: 'end', key: 'b', status: 'skipped', at },
    ];
    const one = await claimed();
    await core.recordSteps(world.ctx, one, changes);
    const stepsOf = async ({ operationId }: core.Claim) =>
      (await read(operationId)).steps.map(({ id: _, ...step }) => step);
    const together = await stepsOf(one);
    await core.succeedOperation(world.ctx, one);
    const other = await claimed();
    for (const change of changes) await core.recordSteps(world.ctx, other, [change]);
    expect(await stepsOf(other)).toEqual(together);
    expect(together).toMatchObject([
      { key: 'a', position: 0, status: 'succeeded', detail: 'first', progress: 1 },
      { key: 'b', position: 1, status: 'skipped' },
      { key: 'c', position: 2, status: 'running', progress: 1 },
    ]);
  });

  it('can not end before they begin', async () => {
    const claim = await claimed();
    expect(await refusal(core.recordSteps(world.ctx, claim, [ending('x', '')]))).toMatchObject({
      code: 'internal',
    });
  });
});

describe('log', () => {
  it('is stored in order, without secrets, in lines, and read after a given one', async () => {
    const claim = await claimed();
    const log = core.createLogWriter(world.ctx, claim, [new Secret('hunter2-long')]);
    log.append('stdout', 'one\ntwo\r\n');
    log.append('stderr', 'PASSWORD=hunter2-long and s3same');
    log.hide(['s3same']);
    log.append('fairlead', 's3same <script>\u001b[31m\0');
    await log.close();
    const page = await core.readLog(world.ctx, world.ours.viewer, { operationId: claim.operationId });
    expect(page.items.map(({ stream, text }) => [stream, text])).toEqual([
      ['stdout', 'one'],
      ['stdout', 'two'],
      ['stderr', 'PASSWORD=[redacted] and s3same'],
      ['fairlead', '[redacted] <script>\u001b[31m'],
    ]);
    const rest = await core.readLog(world.ctx, owner, {
      operationId: claim.operationId,
      after: page.items[1]?.id,
      limit: 1,
    });
    expect(rest.items.map((line) => line.text)).toEqual(['PASSWORD=[redacted] and s3same']);
    expect(rest.more).toBe(true);
    const end = await core.readLog(world.ctx, owner, {
      operationId: claim.operationId,
      after: page.nextAfter,
    });
    expect(end).toEqual({ items: [], nextAfter: page.nextAfter, more: false });
  });

  it('is written by itself after a moment', async () => {
    const claim = await claimed();
    const log = core.createLogWriter(world.ctx, claim, [], 20);
    log.append('stdout', 'soon');
    const texts = async () =>
      (await core.readLog(world.ctx, owner, { operationId: claim.operationId })).items.map(
        (line) => line.text,
      );
    await expect.poll(texts).toEqual(['soon']);
  });

  it('keeps thousands of lines in order', async () => {
    const claim = await claimed();
    const log = core.createLogWriter(world.ctx, claim);
    for (let n = 0; n < 1_700; n += 1) log.append('stdout', `line ${n}`);
    await log.close();
    const { items } = await core.readLog(world.ctx, owner, { operationId: claim.operationId, limit: 5000 });
    expect(items.map((line) => line.text)).toEqual(Array.from({ length: 1_700 }, (_, n) => `line ${n}`));
  });
});

describe('retry and cancel', () => {
  it('brings a failed check back to the queue', async () => {
    const claim = await claimed();
    await core.failOperation(world.ctx, claim, new AppError('connection-refused', 'x'));
    const { serverId } = await world.ctx.prisma.operation.findUniqueOrThrow({
      where: { id: claim.operationId },
    });
    await world.ctx.prisma.server.update({ where: { id: serverId ?? '' }, data: { status: 'unreachable' } });
    const { operation } = await core.retryOperation(world.ctx, owner, { operationId: claim.operationId });
    expect(operation).toMatchObject({ id: claim.operationId, status: 'queued', error: null });
    expect(world.enqueued.at(-1)).toBe(claim.operationId);
    expect(await core.readServer(world.ctx, owner, { serverId })).toMatchObject({ status: 'checking' });
  });

  it('gives a retried balancer change a generation of its own', async () => {
    const { app } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const { operation } = await core.enableLoadBalancer(world.ctx, owner, {
      appId: app.id,
      serverIds: [server.id],
      acknowledged: core.checklistKeys,
    });
    const outcome = await core.claimOperation(world.ctx, operation.id);
    if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome);
    await core.failOperation(world.ctx, outcome.claim, new AppError('build-failed', 'x'));
    await world.ctx.prisma.loadBalancer.update({ where: { appId: app.id }, data: { status: 'failed' } });
    const again = await core.retryOperation(world.ctx, owner, { operationId: operation.id });
    expect(again.operation.generation).toBe((operation.generation ?? 0) + 1);
    expect(await core.readLoadBalancer(world.ctx, owner, { appId: app.id })).toMatchObject({
      status: 'enabling',
      generation: again.operation.generation,
    });
  });

  it('does not bring back what has succeeded', async () => {
    const claim = await claimed();
    await core.succeedOperation(world.ctx, claim);
    await world.ctx.prisma.server.updateMany({ data: { status: 'ready' } });
    expect(
      await refusal(core.retryOperation(world.ctx, owner, { operationId: claim.operationId })),
    ).toMatchObject({ code: 'illegal-transition' });
  });

  it('cancels a queued one at once, and asks a running one to stop', async () => {
    const { operationId, serverId } = await queued();
    const cancel = (id: string) => core.cancelOperation(world.ctx, owner, { operationId: id });
    expect((await cancel(operationId)).operation).toMatchObject({ status: 'cancelled' });
    expect(await core.readServer(world.ctx, owner, { serverId })).toMatchObject({ status: 'ready' });
    expect(await refusal(cancel(operationId))).toMatchObject({ code: 'conflict' });
    const claim = await claimed();
    expect((await cancel(claim.operationId)).operation).toMatchObject({
      status: 'running',
      cancelRequestedAt: expect.any(String),
    });
    expect(await core.heartbeat(world.ctx, claim)).toBe('cancel');
    await core.cancelClaimed(world.ctx, claim);
    expect(await read(claim.operationId)).toMatchObject({
      status: 'cancelled',
      error: { code: 'cancelled' },
    });
  });

  it('has what a worker began and handed over undone by the next, and what is tried again cancelled at once', async () => {
    const { app } = await seedLiveApp(world, owner);
    const { operation } = await core.startDeployment(world.ctx, owner, { appId: app.id });
    const begin = async () => {
      const outcome = await core.claimOperation(world.ctx, operation.id);
      if (outcome.outcome !== 'claimed') throw new Error(outcome.outcome);
      return outcome.claim;
    };
    const cancel = () => core.cancelOperation(world.ctx, owner, { operationId: operation.id });
    const status = async () =>
      (await core.readApp(world.ctx, owner, { appId: app.id })).lastDeployment?.status;
    await core.releaseOperation(world.ctx, await begin());
    expect((await cancel()).operation).toMatchObject({
      status: 'queued',
      cancelRequestedAt: expect.any(String),
    });
    expect(await status()).toBe('queued');
    const claim = await begin();
    expect(await core.heartbeat(world.ctx, claim)).toBe('cancel');
    await core.cancelClaimed(world.ctx, claim);
    await world.ctx.prisma.deployment.updateMany({
      where: { appId: app.id, status: 'queued' },
      data: { status: 'cancelled' },
    });
    await world.ctx.prisma.app.update({ where: { id: app.id }, data: { status: 'live' } });
    await core.retryOperation(world.ctx, owner, { operationId: operation.id });
    expect((await cancel()).operation).toMatchObject({ status: 'cancelled' });
    expect(await status()).toBe('cancelled');
  });

  it('puts a cancelled first deployment back to new', async () => {
    const { app } = await seedApp(world, owner);
    const { operation } = await core.startDeployment(world.ctx, owner, { appId: app.id });
    await core.cancelOperation(world.ctx, owner, { operationId: operation.id });
    expect(await core.readApp(world.ctx, owner, { appId: app.id })).toMatchObject({
      status: 'new',
      lastDeployment: { status: 'cancelled' },
    });
  });

  it('does not cancel a change of the balancer half way', async () => {
    const { app } = await seedLiveApp(world, owner);
    const server = await seedServer(world, owner);
    const { operation } = await core.enableLoadBalancer(world.ctx, owner, {
      appId: app.id,
      serverIds: [server.id],
      acknowledged: core.checklistKeys,
    });
    expect(
      await refusal(core.cancelOperation(world.ctx, owner, { operationId: operation.id })),
    ).toMatchObject({ code: 'conflict', hint: expect.stringMatching(/opposite/) });
  });
});

it('pages through operations without a gap', async () => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await core.listOperations(world.ctx, owner, {
      limit: 3,
      ...(cursor === undefined ? {} : { cursor }),
    });
    seen.push(...page.items.map((operation) => operation.id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const all = await world.ctx.prisma.operation.findMany({
    where: { organizationId: owner.organizationId },
    orderBy: { id: 'desc' },
  });
  expect(seen).toEqual(all.map((row) => row.id));
  expect(
    (await core.listOperations(world.ctx, owner, { status: 'cancelled' })).items.every(
      (o) => o.status === 'cancelled',
    ),
  ).toBe(true);
});
