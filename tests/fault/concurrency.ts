import { changeLoadBalancer, type OperationView, toggleBackend } from '@fairlead/core';
import { expect, test } from 'vitest';
import type { Stage } from './stage.ts';

/** The queue forgets, people press at once and twice: what was asked for last is what is served. */
export function concurrency(stage: () => Stage): void {
  const frontFile = () => stage().one.machine.run('cat /etc/nginx/fairlead/http/fault.front.conf');
  const balancer = () =>
    stage().plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId: stage().appId } });
  const succeeded = async (...asked: { operation: OperationView }[]) => {
    const operations = await Promise.all(asked.map(({ operation }) => stage().plane.ended(operation.id)));
    expect(operations.map(({ status, error }) => ({ status, error }))).toEqual(
      asked.map(() => ({ status: 'succeeded', error: null })),
    );
  };
  const toggleTwo = async (enabled: boolean) => {
    const { plane, appId, two } = stage();
    const { id: backendId } = await stage().backendOn(two);
    return toggleBackend(plane.ctx, plane.actor, { appId, backendId, enabled });
  };

  test('two admins who press different buttons at once both get what they asked for', async () => {
    const { plane, appId, two } = stage();
    const asked = await Promise.all([
      toggleTwo(false),
      changeLoadBalancer(plane.ctx, plane.actor, { appId, method: 'ip_hash' }),
    ]);
    await succeeded(...asked);
    const file = await frontFile();
    expect(file).toContain('ip_hash');
    expect(file).toMatch(new RegExp(`server ${two.machine.address}:20000 .*down`));
    const { generation, observedGeneration } = await balancer();
    expect(observedGeneration).toBe(generation);
    await stage().serves();
  });

  test('two admins who press the same switch in opposite ways end at one of them, served as stored', async () => {
    const { two } = stage();
    const asked = await Promise.all([toggleTwo(true), toggleTwo(false), toggleTwo(true)]);
    await succeeded(...asked);
    const { desired, state } = await stage().backendOn(two);
    const isDown = new RegExp(`server ${two.machine.address}:20000 .*down`).test(await frontFile());
    expect({ desired, state, isDown }).toEqual(
      desired === 'enabled'
        ? { desired, state: 'active', isDown: false }
        : { desired, state: 'disabled', isDown: true },
    );
    await succeeded(await toggleTwo(true));
    expect((await stage().backendOn(two)).state).toBe('active');
  });

  test('asked for again, nothing changes on the machines', async () => {
    const { plane, appId, one, two } = stage();
    const look = () =>
      Promise.all(
        [one, two].map(({ machine }) =>
          machine.run(
            'ls -i /srv/fairlead/fault/releases; pgrep -u fl-fault; nft list ruleset; ' +
              'grep -vE "generation|sha256" /etc/nginx/fairlead/http/*',
          ),
        ),
      );
    await plane.succeed(changeLoadBalancer, { appId, method: 'round_robin' });
    const before = await look();
    const idempotencyKey = 'once';
    const first = await changeLoadBalancer(plane.ctx, plane.actor, {
      appId,
      method: 'round_robin',
      idempotencyKey,
    });
    const second = await changeLoadBalancer(plane.ctx, plane.actor, {
      appId,
      method: 'round_robin',
      idempotencyKey,
    });
    expect(second.operation.id).toBe(first.operation.id);
    await succeeded(first, await toggleTwo(true));
    expect(await look()).toEqual(before);
  });

  test('a queue that was emptied loses nothing: the books are looked through', async () => {
    const { plane, two } = stage();
    const { prisma } = plane.database;
    const jobs = async () => {
      const rows = await prisma.$queryRaw<
        unknown[]
      >`SELECT 1 AS found FROM bullmq.job WHERE data::text LIKE '%operationId%'`;
      return rows.length;
    };
    await stage().stopWorker();
    const before = await jobs();
    const asked = await toggleTwo(false);
    expect(await jobs()).toBeGreaterThan(before);
    await prisma.$executeRaw`TRUNCATE bullmq.job, bullmq.dedup, bullmq.dedup_next CASCADE`;
    expect(await jobs()).toBe(0);
    await stage().startWorker();
    await succeeded(asked);
    expect((await stage().backendOn(two)).state).toBe('disabled');
    await succeeded(await toggleTwo(true));
    await stage().serves();
  });
}
