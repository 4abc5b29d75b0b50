import { checkServer, prepareServer } from '@fairlead/core';
import { waitFor } from '@fairlead/lab';
import { expect, test } from 'vitest';
import { type ClearError, expectClearError, expectRetryToSucceed } from './clear-error.ts';
import type { Stage } from './stage.ts';

interface Fault {
  title: string;
  /** The server's status while it lasts. */
  status: string;
  breaks: (stage: Stage) => Promise<unknown>;
  mends: (stage: Stage) => Promise<unknown>;
  error: Omit<ClearError, 'server'>;
}

const faults: Fault[] = [
  {
    title: 'a server that nobody reaches',
    status: 'unreachable',
    breaks: ({ two }) => two.machine.partition(),
    mends: ({ two }) => two.machine.heal(),
    error: {
      step: 'tcp',
      code: 'connection-timeout',
      says: /198\.18\.7\.\d+.*22/,
      hints: /firewall|machine/i,
    },
  },
  {
    title: 'another host key than the confirmed one',
    status: 'host_key_changed',
    breaks: ({ two }) =>
      two.machine.run(
        'mkdir /root/keys; mv /etc/ssh/ssh_host_* /root/keys; ssh-keygen -qA; systemctl restart ssh',
      ),
    mends: ({ two }) => two.machine.run('mv /root/keys/* /etc/ssh; rmdir /root/keys; systemctl restart ssh'),
    error: {
      step: 'host-key',
      code: 'host-key-changed',
      says: /offers SHA256:\S+, not the confirmed SHA256:/,
      hints: /confirm its new fingerprint.*stop here/,
    },
  },
  {
    title: 'a key that the server does not know',
    status: 'failed',
    breaks: ({ two }) => two.machine.run('mv /home/admin/.ssh/authorized_keys /root/'),
    mends: ({ two }) => two.machine.run('mv /root/authorized_keys /home/admin/.ssh/'),
    error: {
      step: 'authentication',
      code: 'authentication-failed',
      says: /admin@198\.18\.7\.\d+:22 does not accept Fairlead's key/,
      hints: /Paste the authorising line/,
    },
  },
  {
    title: 'an account without sudo',
    status: 'failed',
    breaks: ({ two }) => two.machine.run('mv /etc/sudoers.d/90-admin /root/'),
    mends: ({ two }) => two.machine.run('mv /root/90-admin /etc/sudoers.d/'),
    error: { step: 'sudo', code: 'sudo-missing', says: /sudo .*admin|admin .*sudo/, hints: /NOPASSWD: ALL/ },
  },
];

/** What a connection check finds, told apart, and gone once the cause is. */
export function serverFaults(stage: () => Stage): void {
  const statusOf = async ({ plane, two }: Stage) =>
    (await plane.database.prisma.server.findUniqueOrThrow({ where: { id: two.serverId } })).status;

  for (const { title, status, breaks, mends, error } of faults) {
    test(`a check names ${title}, and passes when that is over`, async () => {
      const { plane, two } = stage();
      await breaks(stage());
      const operation = await plane
        .finish(checkServer, { serverId: two.serverId })
        .finally(() => mends(stage()));
      await expectClearError(stage(), operation, { ...error, server: 'two' });
      expect(await statusOf(stage())).toBe(status);
      await expectRetryToSucceed(stage(), operation);
      expect(await statusOf(stage())).toBe('reachable');
      await stage().serves();
    });
  }

  test('preparing ends at a full disk, and goes on where there is room', async () => {
    const { plane, two } = stage();
    const { serverId, machine } = two;
    await machine.fillDisk();
    const operation = await plane
      .finish(prepareServer, { serverId, runtimes: ['node'] })
      .finally(() => machine.freeDisk());
    const error = {
      step: 'ansible',
      code: 'disk-full',
      says: /disk of two is full/,
      hints: /Make room/,
    } as const;
    await expectClearError(stage(), operation, { ...error, server: 'two' });
    expect(await statusOf(stage())).toBe('failed');
    await expectRetryToSucceed(stage(), operation);
    expect(await statusOf(stage())).toBe('ready');
  });
}

/** Somebody else installs packages. That takes Ansible's whole patience: the answer is looked at when the result is called. */
export async function heldPackageLock(stage: Stage): Promise<() => Promise<void>> {
  const { plane, two } = stage;
  const { serverId, machine } = two;
  const held = '/run/held';
  const hold = `import fcntl, time; f = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); open('${held}', 'w'); time.sleep(600)`;
  // Something has to be missing, or nobody asks for the lock.
  await machine.run('dpkg --purge --force-depends libnginx-mod-stream');
  await machine.run(`systemd-run --quiet --unit=holder python3 -c "${hold}"`);
  await waitFor('the lock is held', async () => (await machine.exec(['test', '-e', held])).code === 0);
  const { operation } = await prepareServer(plane.ctx, plane.actor, { serverId, runtimes: ['node'] });
  return async () => {
    const ended = await plane.ended(operation.id).finally(() => machine.run('systemctl stop holder'));
    await expectClearError(stage, ended, {
      step: 'ansible',
      code: 'package-lock-held',
      server: 'two',
      says: /Another program on two is installing packages/,
      hints: /Wait until it is done/,
    });
    await expectRetryToSucceed(stage, ended);
  };
}
