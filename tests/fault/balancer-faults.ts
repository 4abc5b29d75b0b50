import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  addBackend,
  changeLoadBalancer,
  checklistKeys,
  enableLoadBalancer,
  type OperationView,
  removeBackend,
  toggleBackend,
} from '@fairlead/core';
import { waitFor } from '@fairlead/lab';
import { expect, test } from 'vitest';
import { until } from '../../apps/worker/testing/control-plane.ts';
import { expectClearError, expectRetryToSucceed } from './clear-error.ts';
import type { Stage } from './stage.ts';

const run = promisify(execFile);
const front = '/etc/nginx/fairlead/http/fault.front.conf';

/** Faults of machines while the balancer over them changes: visitors notice none of them. */
export function balancerFaults(stage: () => Stage): void {
  const upstream = async () =>
    (await stage().one.machine.run(`grep -E '^ *server [0-9.]+:[0-9]+' ${front}`)).trim().split('\n');
  const balancer = () =>
    stage().plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId: stage().appId } });

  test('a port that somebody else has on a new backend keeps that backend out, and no more', async () => {
    const { plane, appId, two } = stage();
    await two.machine.run('systemd-run --quiet --unit=squatter python3 -m http.server 20000');
    await waitFor('the port is taken', async () => {
      const { stdout } = await two.machine.exec(['ss', '-ltnH', 'sport = 20000']);
      return stdout.includes('LISTEN');
    });
    const operation = await plane
      .finish(enableLoadBalancer, { appId, serverIds: [two.serverId], acknowledged: checklistKeys })
      .finally(() => two.machine.run('systemctl stop squatter'));
    await expectClearError(stage(), operation, {
      step: 'release',
      code: 'port-taken',
      server: 'two',
      says: /Port 20000 is taken by python3/,
      hints: /Free that port/,
    });
    expect(await upstream()).toHaveLength(1);
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    expect(await upstream()).toHaveLength(2);
    expect(await balancer()).toMatchObject({ status: 'on', enabled: true });
    await stage().serves();
  });

  test('somebody else’s broken Nginx file is named, and what is served stays', async () => {
    const { plane, appId, one } = stage();
    await one.machine.writeFile('/etc/nginx/conf.d/theirs.conf', 'server {\n  listn 8080;\n}\n');
    const before = await upstream();
    const operation = await plane
      .finish(changeLoadBalancer, { appId, method: 'least_conn' })
      .finally(() => one.machine.run('rm /etc/nginx/conf.d/theirs.conf'));
    await expectClearError(stage(), operation, {
      step: 'apply',
      code: 'nginx-foreign-fault',
      server: 'one',
      says: /own Nginx config is broken \(\/etc\/nginx\/conf\.d\/theirs\.conf, line 2\)/,
      hints: /Repair that file/,
    });
    expect(await upstream()).toEqual(before);
    expect(await one.machine.run(`cat ${front}`)).not.toContain('least_conn');
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    expect(await one.machine.run(`cat ${front}`)).toContain('least_conn');
    await stage().serves();
  });

  test('a full disk on the balancer leaves the old file whole and served', async () => {
    const { plane, appId, one, two } = stage();
    const backend = await stage().backendOn(two);
    const before = await one.machine.run(`cat ${front}`);
    await one.machine.fillDisk();
    const operation = await plane
      .finish(toggleBackend, { appId, backendId: backend.id, enabled: false })
      .finally(() => one.machine.freeDisk());
    await expectClearError(stage(), operation, {
      step: 'apply',
      code: 'disk-full',
      server: 'one',
      says: /disk is full/,
      hints: /Free some space/,
    });
    expect(await one.machine.run(`cat ${front}`)).toBe(before);
    await stage().serves();
    await expectRetryToSucceed(stage(), operation);
    expect((await stage().backendOn(two)).state).toBe('disabled');
    await plane.succeed(toggleBackend, { appId, backendId: backend.id, enabled: true });
    expect(await upstream()).toEqual([
      expect.not.stringContaining('down'),
      expect.not.stringContaining('down'),
    ]);
    await stage().serves();
  });

  const removeTwo = async () => {
    const { plane, appId, two } = stage();
    await plane.succeed(removeBackend, { appId, backendId: (await stage().backendOn(two)).id });
  };
  /** Asks for the second backend, and answers when it has come to a step. */
  const addTwo = async (step: 'build' | 'release'): Promise<OperationView> => {
    const { plane, appId, two } = stage();
    const { operation } = await addBackend(plane.ctx, plane.actor, { appId, serverId: two.serverId });
    await until(`the step ${step}`, async () => {
      const { prisma } = plane.database;
      const where = { operationId: operation.id, key: { startsWith: `${step}:` }, startedAt: { not: null } };
      return (await prisma.step.count({ where })) > 0;
    });
    return operation;
  };
  /** Both serve, each from one release and one process. */
  const expectBothOnce = async () => {
    const { one, two } = stage();
    expect((await stage().backendOn(two)).state).toBe('active');
    expect(await upstream()).toHaveLength(2);
    expect((await two.machine.run('ls /srv/fairlead/fault/releases')).trim().split('\n')).toHaveLength(1);
    for (const { machine } of [one, two])
      expect(await machine.run('pgrep -c -u fl-fault -x node')).toBe('1\n');
    await stage().serves();
  };

  test('a network that breaks while a backend joins delays it, and nothing is done twice', async () => {
    const { plane, two } = stage();
    await removeTwo();
    const operation = await addTwo('release');
    await two.machine.partition();
    await waitFor('the connection is given up', async () => {
      const { stdout } = await run('ss', [
        '-tnH',
        'state',
        'established',
        'dst',
        `${two.machine.address}:22`,
      ]);
      return stdout === '';
    });
    await two.machine.heal();
    expect(await plane.ended(operation.id)).toMatchObject({ status: 'succeeded', error: null, attempt: 1 });
    await expectBothOnce();
  });

  test('a machine that reboots while it joins is waited for', async () => {
    const { plane, two } = stage();
    await removeTwo();
    const operation = await addTwo('build');
    await two.machine.reboot();
    expect(await plane.ended(operation.id)).toMatchObject({ status: 'succeeded', error: null, attempt: 1 });
    await expectBothOnce();
  });
}
