import { isSerializationFailure } from '@fairlead/db';
import { plainClient } from '@fairlead/db/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from './context.ts';
import { startDeployment } from './deployment/start.ts';
import { changeEnvironment } from './environment/change.ts';
import { readEnvironmentSecrets } from './environment/reveal.ts';
import { seedLiveApp } from './testing/fleet.ts';
import { createWorld, type World } from './testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** Somebody else holds `first`; once the use-case waits for it, they want `then`, which the use-case holds. Postgres ends the use-case's transaction, which waited longer. */
async function crossed<T>(first: string, then: string, useCase: () => Promise<T>): Promise<T> {
  const other = await world.database.pool.connect();
  try {
    await other.query('BEGIN');
    await other.query("SET LOCAL deadlock_timeout = '1min'");
    await other.query(first);
    const answer = useCase();
    answer.catch(() => {});
    await untilSomebodyWaits();
    await other.query(then);
    await other.query('COMMIT');
    return await answer;
  } finally {
    other.release();
  }
}

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await world.database.pool.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a request that Postgres ends because it and another wait for each other', () => {
  it('is done again, whole: what it stores is there', async () => {
    const { ctx, ours } = world;
    const { app } = await seedLiveApp(world, ours.admin);
    await changeEnvironment(ctx, ours.deployer, { appId: app.id, set: { A: '1' } });
    const { id } = await ctx.prisma.environmentVariable.findFirstOrThrow({ where: { appId: app.id } });
    const first = `SELECT FROM environment_variable WHERE id = '${id}' FOR UPDATE`;
    const then = `SELECT FROM app WHERE id = '${app.id}' FOR UPDATE`;
    const change = { appId: app.id, set: { A: '2', B: '3' } };
    const audited = () =>
      ctx.prisma.auditEntry.count({ where: { subjectId: app.id, action: 'environment.change' } });
    const before = await audited();
    await crossed(first, then, () => changeEnvironment(ctx, ours.deployer, change));
    const values = await readEnvironmentSecrets(ctx, app);
    expect([values.A?.reveal(), values.B?.reveal()]).toEqual(['2', '3']);
    expect(await audited()).toBe(before + 1);

    // The control: by Prisma's own client the same ends for the person.
    const once: Context = { ...ctx, prisma: plainClient(world.database) };
    const lost = crossed(first, then, () => changeEnvironment(once, ours.deployer, change));
    expect(isSerializationFailure(await lost.catch((error: unknown) => error))).toBe(true);
    expect(await audited()).toBe(before + 1);
  });

  it('starts one operation, and hands it out once', async () => {
    const { ctx, ours, enqueued } = world;
    const { app } = await seedLiveApp(world, ours.admin);
    const key = `idempotency:${app.organizationId}:once`;
    const already = enqueued.length;
    const { operation } = await crossed(
      `SELECT FROM app WHERE id = '${app.id}' FOR UPDATE`,
      `SELECT pg_advisory_xact_lock(hashtextextended('${key}', 0))`,
      () => startDeployment(ctx, ours.deployer, { appId: app.id, idempotencyKey: 'once' }),
    );
    expect(enqueued.slice(already)).toEqual([operation.id]);
    expect(await ctx.prisma.operation.count({ where: { appId: app.id, status: 'queued' } })).toBe(1);
    expect(await ctx.prisma.deployment.count({ where: { operationId: operation.id } })).toBe(1);
  });
});
