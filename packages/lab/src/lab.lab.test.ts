import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, run } from './command.ts';
import { snapshotHost } from './fixtures/host-snapshot.ts';
import { attachLab, Lab, type Machine } from './index.ts';

const SLOT = 240;

let before: Record<string, unknown>;
let lab: Lab;
let folder: string;

beforeAll(async () => {
  before = await snapshotHost([SLOT]);
  folder = await mkdtemp(join(tmpdir(), 'lab-test-'));
  lab = await Lab.up({
    name: 'lab-test',
    slot: SLOT,
    machines: [
      ...['web-1', 'web-2', 'web-3', 'web-4'].map((name) => ({ name, diskBytes: 1024 ** 3 })),
      { name: 'web-5', release: 13 },
    ],
  });
});

afterAll(async () => {
  await lab?.down();
  await rm(folder, { recursive: true, force: true });
});

const canConnect = async (from: Machine, to: Machine): Promise<boolean> =>
  (await from.exec(['nc', '-z', '-w', '1', to.address, '22'])).code === 0;

const hostCanConnect = async (to: Machine): Promise<boolean> =>
  (await attempt(['timeout', '1', 'bash', '-c', `</dev/tcp/${to.address}/22`])).code === 0;

describe('machines', () => {
  it('lets the administrator in by SSH with a pinned host key and sudo, on all five', async () => {
    await run(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', `${folder}/id`]);
    const publicKey = await run(['cat', `${folder}/id.pub`]);
    const answers = lab.machines.map(async (machine) => {
      await machine.authorize(publicKey);
      const hostKey = (await machine.readFile('/etc/ssh/ssh_host_ed25519_key.pub'))
        .split(' ')
        .slice(0, 2)
        .join(' ');
      await writeFile(`${folder}/${machine.name}.known`, `${machine.address} ${hostKey}\n`);
      const options = [
        'BatchMode=yes',
        'StrictHostKeyChecking=yes',
        `UserKnownHostsFile=${folder}/${machine.name}.known`,
      ];
      const ssh = ['ssh', '-i', `${folder}/id`, ...options.flatMap((option) => ['-o', option])];
      return run([...ssh, `admin@${machine.address}`, 'echo "$(hostname) $(sudo -n id -u)"']);
    });
    expect(await Promise.all(answers)).toEqual(lab.machines.map(({ name }) => `${name} 0\n`));
  });

  it.each([
    ['web-1', '12'],
    ['web-5', '13'],
  ])('boots %s as Debian %s with no failed unit', async (name, version) => {
    const machine = lab.machine(name);
    expect(await machine.run('. /etc/os-release; echo $VERSION_ID')).toBe(`${version}\n`);
    expect(await machine.run('systemctl is-system-running --wait')).toBe('running\n');
  });

  it('is as rented: no web server, no database, no rules of a firewall', async () => {
    const { stdout } = await lab
      .machine('web-1')
      .exec(['sh', '-c', 'command -v nginx psql mariadb php node']);
    expect(stdout).toBe('');
    expect(await lab.machine('web-1').run('nft list ruleset')).toBe('');
    expect(await lab.machine('web-1').run('command -v nft')).toContain('nft');
  });

  it('enforces the memory limit of a unit', async () => {
    const within = (limit: string, name: string) =>
      lab
        .machine(name)
        .exec([
          'systemd-run',
          '--wait',
          '-q',
          '-p',
          `MemoryMax=${limit}`,
          'python3',
          '-c',
          'bytearray(100 << 20)',
        ]);
    for (const name of ['web-1', 'web-5']) {
      expect((await within('400M', name)).code).toBe(0);
      expect((await within('40M', name)).code).not.toBe(0);
    }
  });

  it('gives a machine a share of a processor of its own', async () => {
    const busy =
      'import time; until = time.monotonic() + 1\nwhile time.monotonic() < until: pass\nprint(time.process_time())';
    for (const name of ['web-1', 'web-5']) {
      const machine = lab.machine(name);
      const used = async () =>
        Number((await machine.exec(['systemd-run', '--wait', '--pipe', '-q', 'python3', '-c', busy])).stdout);
      await machine.limitProcessor(0.2);
      expect(await used()).toBeLessThan(0.4);
      await machine.limitProcessor(null);
    }
  });

  it('has IPv6 between host and machines, of either release', async () => {
    const [one, five] = ['web-1', 'web-5'].map(lab.machine) as [Machine, Machine];
    const ask = (address: string) => ['nc', '-z', '-w', '1', address, '22'];
    expect((await one.exec(ask(five.ipv6Address))).code).toBe(0);
    expect((await five.exec(ask(one.ipv6Address))).code).toBe(0);
    expect((await one.exec(ask(`fd00:198:18:${SLOT}::99`))).code).toBe(1);
    const git = await lab.gitServer({ repos: ['static-site'], family: 'ipv6' });
    expect(await one.run(`git ls-remote ${git.repo('static-site').url} HEAD`)).toContain('HEAD');
    await git.close();
  });

  it('installs a package by apt, and crosses the network for it once only', async () => {
    const install =
      'apt-get update -q && apt-get install -q -y --no-install-recommends tree && tree --version';
    expect(await lab.machine('web-1').run(install)).toContain('tree v');
    const downloads = lab.downloads;
    expect(await lab.machine('web-2').run(install)).toContain('tree v');
    expect(lab.downloads).toBe(downloads);
  });

  it("reaches npm's registry with the host's certificate authorities", async () => {
    const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
    const fetched = await lab
      .machine('web-1')
      .run(`curl -sS ${new URL('pg', registry)} -o /dev/null -w "%{http_code}"`);
    expect(fetched).toBe('200');
  });
});

describe('faults', () => {
  it('cuts one machine off from the host and from the others, and joins it again', async () => {
    const [one, two, three] = ['web-1', 'web-2', 'web-3'].map(lab.machine) as [Machine, Machine, Machine];
    const view = async () => ({
      hostToOne: await hostCanConnect(one),
      twoToOne: await canConnect(two, one),
      oneToTwo: await canConnect(one, two),
      twoToThree: await canConnect(two, three),
    });
    const whole = { hostToOne: true, twoToOne: true, oneToTwo: true, twoToThree: true };
    expect(await view()).toEqual(whole);
    await one.partition();
    expect(await view()).toEqual({ hostToOne: false, twoToOne: false, oneToTwo: false, twoToThree: true });
    await one.heal();
    expect(await view()).toEqual(whole);
  });

  it('keeps the disk and drops what was in memory at a reboot', async () => {
    const machine = lab.machine('web-2');
    await machine.writeFile('/var/lib/kept', 'kept');
    await machine.run('touch /run/dropped; nft add table inet dropped');
    expect(await machine.run('nft list tables')).toContain('dropped');
    await machine.reboot();
    expect(await machine.readFile('/var/lib/kept')).toBe('kept');
    expect((await machine.exec(['test', '-e', '/run/dropped'])).code).toBe(1);
    expect(await machine.run('nft list tables')).toBe('');
    expect(await hostCanConnect(machine)).toBe(true);
  });

  it('is gone at once when killed and comes back with its disk, also for another process', async () => {
    const machine = attachLab('lab-test').machine('web-5');
    await machine.writeFile('/var/lib/kept', 'kept');
    await machine.kill();
    expect(machine.isOn).toBe(false);
    expect(await hostCanConnect(machine)).toBe(false);
    await machine.start();
    expect(await machine.readFile('/var/lib/kept')).toBe('kept');
    expect(await hostCanConnect(machine)).toBe(true);
  });

  it('runs out of disk space and has it again', async () => {
    const machine = lab.machine('web-3');
    const write = () => machine.exec(['dd', 'if=/dev/zero', 'of=/var/tmp/big', 'bs=1M', 'count=16']);
    await machine.fillDisk();
    const full = await write();
    expect(full.stderr).toContain('No space left on device');
    expect(full.code).toBe(1);
    await machine.freeDisk();
    expect((await write()).code).toBe(0);
  });
});

describe('git server', () => {
  it('serves a sample to a machine, then a new commit, then nothing', async () => {
    const server = await lab.gitServer({ repos: ['node-notes'] });
    const repository = server.repo('node-notes');
    const machine = lab.machine('web-4');
    await machine.run(`git clone -q ${repository.url} /srv/notes`);
    expect(await machine.run('git -C /srv/notes rev-parse HEAD')).toBe(`${await repository.head()}\n`);
    expect(await machine.readFile('/srv/notes/package.json')).toContain('"pg"');
    const commit = await repository.commit({ VERSION: '2\n', 'build.js': null }, 'Second');
    await machine.run('git -C /srv/notes pull -q');
    expect(await machine.run('git -C /srv/notes rev-parse HEAD')).toBe(`${commit}\n`);
    expect((await machine.run('ls /srv/notes')).split('\n')).toEqual(
      expect.arrayContaining(['VERSION', 'server.js']),
    );
    expect((await machine.exec(['test', '-e', '/srv/notes/build.js'])).code).toBe(1);
    await repository.vanish();
    expect((await machine.exec(['git', 'ls-remote', repository.url])).stderr).toContain('not found');
  });
});

describe('the host', () => {
  it('changed while the lab was up, and is as it was when the lab is down', async () => {
    expect(await snapshotHost([SLOT])).not.toEqual(before);
    await lab.down();
    expect(await snapshotHost([SLOT])).toEqual(before);
  });
});
