import { startDeployment, updateApp } from '@fairlead/core';
import { expect, test } from 'vitest';
import { expectClearError, expectRetryToSucceed } from './clear-error.ts';
import { heldPackageLock } from './server-faults.ts';
import type { Stage } from './stage.ts';

/** A deployment that ends at its step while the release before it goes on serving. */
export function deployFaults(stage: () => Stage): void {
  const deploy = (input: { commit?: string } = {}) =>
    stage().plane.finish(startDeployment, { appId: stage().appId, ...input });
  const change = (fields: Record<string, unknown>) =>
    updateApp(stage().plane.ctx, stage().plane.actor, { appId: stage().appId, ...fields });
  const servedCommit = async () => {
    const { releaseId } = await stage().backendOn(stage().one);
    const { prisma } = stage().plane.database;
    return (await prisma.release.findUniqueOrThrow({ where: { id: releaseId ?? '' } })).commit;
  };
  const nextCommit = (text: string) => stage().repository.commit({ VERSION: `${text}\n` }, text);

  test('a repository that is gone ends a deployment before anything is touched', async () => {
    const { repository } = stage();
    const commit = await nextCommit('gone at once');
    const before = await servedCommit();
    await repository.vanish();
    const operation = await deploy().finally(() => repository.restore());
    await expectClearError(stage(), operation, {
      step: 'resolve',
      code: 'repository-unreachable',
      server: undefined,
      says: /198\.18\.7\.1|repository/,
      hints: /\w+/,
    });
    expect(await servedCommit()).toBe(before);
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    expect(await servedCommit()).toBe(commit);
  });

  test('a repository that a server cannot read ends it at the build there', async () => {
    const { repository } = stage();
    const commit = await nextCommit('gone for the server');
    const before = await servedCommit();
    await repository.vanish();
    const operation = await deploy({ commit }).finally(() => repository.restore());
    await expectClearError(stage(), operation, {
      step: 'build',
      code: 'repository-unreachable',
      server: 'one',
      says: /cannot fetch from the repository/,
      hints: /Check the address/,
    });
    expect(await servedCommit()).toBe(before);
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    expect(await servedCommit()).toBe(commit);
  });

  test('a build that fails shows what it printed', async () => {
    const { plane } = stage();
    const before = await servedCommit();
    const commit = await nextCommit('does not build');
    await change({ buildCommand: 'echo The compiler says no; exit 3' });
    const operation = await deploy().finally(() => change({ buildCommand: null }));
    await expectClearError(stage(), operation, {
      step: 'build',
      code: 'build-failed',
      server: 'one',
      says: /build command ended with exit code 3/,
      hints: /log/,
    });
    const lines = await plane.database.prisma.logLine.findMany({ where: { operationId: operation.id } });
    expect(lines.map(({ text }) => text)).toContain('The compiler says no');
    expect(await servedCommit()).toBe(before);
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    expect(await servedCommit()).toBe(commit);
  });

  test('an app that ends at its start is never led to', async () => {
    await change({ startCommand: 'node -e "console.error(\'no such port\'); process.exit(7)"' });
    const operation = await deploy().finally(() => change({ startCommand: 'node server.mjs' }));
    await expectClearError(stage(), operation, {
      step: 'release',
      code: 'start-failed',
      server: 'one',
      says: /ended right after its start \(exit code 7\)/,
      hints: /log/,
    });
    expect(JSON.stringify(operation.error?.details)).toContain('no such port');
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
  });

  test('an app that never gets healthy is never led to; meanwhile another server’s package lock is waited for', async () => {
    const lockEnds = await heldPackageLock(stage());
    await change({ healthPath: '/nowhere' });
    const operation = await deploy().finally(() => change({ healthPath: '/' }));
    await lockEnds();
    await expectClearError(stage(), operation, {
      step: 'release',
      code: 'never-healthy',
      server: 'one',
      says: /never answered healthy on \/nowhere .*404/,
      hints: /health path/,
    });
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    await stage().serves();
  });
}
