import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AppError } from '@fairlead/errors';
import { Lab, type Machine, waitFor } from '@fairlead/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectSsh } from './connect.ts';
import {
  authorizeLine,
  checkConnection,
  createKeyPair,
  fingerprintOf,
  HostClient,
  Prober,
  runPlaybook,
  SshPool,
  type SshTarget,
  scanHostKey,
} from './index.ts';

const pair = createKeyPair('fairlead@lab');
let lab: Lab;
let pool: SshPool;
let folder: string;
let gate: Machine;
let web: Machine;
const hostKeys = new Map<string, string>();

beforeAll(async () => {
  lab = await Lab.up({
    name: 'remote',
    slot: 3,
    machines: [
      { name: 'gate', image: 'stocked' },
      { name: 'web', release: 13 },
    ],
  });
  gate = lab.machine('gate');
  web = lab.machine('web');
  folder = await mkdtemp(join(tmpdir(), 'fairlead-remote-'));
  await mkdir(join(folder, 'playbooks'));
  for (const machine of [gate, web]) {
    await machine.run(authorizeLine(pair.publicKey), { user: 'admin' });
    await machine.run(authorizeLine(pair.publicKey), { user: 'admin' });
    hostKeys.set(machine.name, (await scanHostKey(machine.address, 22)).key);
  }
  pool = new SshPool();
});
afterAll(async () => {
  pool?.close();
  await lab?.down();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const target = (machine: Machine, change: Partial<SshTarget> = {}): SshTarget => ({
  serverId: machine.name,
  name: machine.name,
  address: machine.address,
  port: 22,
  user: 'admin',
  hostKey: hostKeys.get(machine.name) ?? null,
  privateKey: pair.privateKey,
  ...change,
});
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have failed'),
    (error: AppError) => error,
  );
const checks = async (to: SshTarget) => {
  const fresh = new SshPool();
  const results = [];
  for await (const result of checkConnection(fresh, to)) results.push(result);
  fresh.close();
  return results;
};
const firstFailure = async (to: SshTarget) => (await checks(to)).find((result) => result.status === 'failed');
const play = async (tasks: unknown[], roles: string[] = []) => {
  const playbook = join(folder, 'playbooks', `${crypto.randomUUID()}.yml`);
  await writeFile(
    playbook,
    JSON.stringify([{ hosts: 'all', gather_facts: false, become: true, roles, tasks }]),
  );
  return playbook;
};

describe('a freshly rented machine', () => {
  test('passes every check as its admin user, on Debian 12 and 13', async () => {
    for (const machine of [gate, web]) {
      const results = await checks(target(machine));
      expect(results.map((result) => result.status)).toEqual(Array(6).fill('ok'));
      expect(results[5]?.detail).toContain(machine === web ? 'Debian GNU/Linux 13' : 'Debian GNU/Linux 12');
    }
  });

  test('shows the fingerprint that ssh-keygen prints on it', async () => {
    const said = await web.run('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    expect(said.split(' ')[1]).toBe(fingerprintOf(hostKeys.get('web') ?? ''));
  });

  test('is told apart by what it lacks: key, sudo, password-less sudo, a supported system', async () => {
    const stranger = createKeyPair('stranger');
    expect(await firstFailure(target(web, { privateKey: stranger.privateKey }))).toMatchObject({
      key: 'authentication',
    });
    await web.run(
      'useradd -m -s /bin/bash plain; useradd -m -s /bin/bash asker; echo "asker ALL=(ALL) ALL" > /etc/sudoers.d/asker',
    );
    for (const user of ['plain', 'asker']) await web.authorize(pair.publicKey, user);
    const plain = await firstFailure(target(web, { user: 'plain' }));
    const asker = await firstFailure(target(web, { user: 'asker' }));
    expect([plain?.key, plain?.error?.code, asker?.error?.code]).toEqual([
      'sudo',
      'sudo-missing',
      'sudo-missing',
    ]);
    expect(asker?.detail).toContain('password');
    await web.run('mv /usr/bin/sudo /usr/bin/sudo.away');
    expect((await firstFailure(target(web)))?.detail).toBe('sudo is not installed.');
    await web.run(
      'mv /usr/bin/sudo.away /usr/bin/sudo; cp -L /etc/os-release /tmp/os; rm /etc/os-release; printf "ID=alpine\\n" > /etc/os-release',
    );
    expect(await firstFailure(target(web))).toMatchObject({
      key: 'system',
      error: { code: 'system-unsupported' },
    });
    await web.run('cp /tmp/os /etc/os-release');
  });

  test('with an sshd that counts penalties may be checked as often as one likes; who is turned away reads why', async () => {
    for (let time = 0; time < 20; time += 1) expect(await firstFailure(target(web))).toBeUndefined();
    const { privateKey } = createKeyPair('stranger');
    const refused = await waitFor('sshd has had enough', async () => {
      const fault = await firstFailure(target(web, { privateKey }));
      return fault?.key === 'host-key' && fault;
    });
    expect(refused).toMatchObject({ error: { code: 'connection-lost', retryable: true } });
    expect(refused.detail).toContain('"Not allowed at this time"');
    expect(refused.fix).toContain('PerSourcePenaltyExemptList');
    await web.run('systemctl restart ssh');
    expect(await firstFailure(target(web))).toBeUndefined();
  });

  test('listens on another port, and on a wrong one refuses', async () => {
    await web.run(
      'printf "Port 22\\nPort 2222\\n" > /etc/ssh/sshd_config.d/port.conf; systemctl restart ssh',
    );
    const other = await connectSsh(target(web, { port: 2222 }));
    expect((await other.exec(['hostname'])).stdout).toBe('web\n');
    other.close();
    expect((await firstFailure(target(web, { port: 2223 })))?.error?.code).toBe('connection-refused');
  });

  test('that was installed anew has another host key, which stops everything', async () => {
    await web.run('rm /etc/ssh/ssh_host_*; ssh-keygen -A; systemctl restart ssh');
    const to = target(web);
    expect(await firstFailure(to)).toMatchObject({ key: 'host-key', error: { code: 'host-key-changed' } });
    expect((await failure(connectSsh(to))).code).toBe('host-key-changed');
    const playbook = await play([{ 'ansible.builtin.command': 'touch /tmp/reached' }]);
    expect((await failure(runPlaybook({ playbook, target: to }))).code).toBe('host-key-changed');
    expect((await web.exec(['test', '-e', '/tmp/reached'])).code).toBe(1);
    hostKeys.set('web', (await scanHostKey(web.address, 22)).key);
    expect(await firstFailure(target(web))).toBeUndefined();
  });
});

describe('through a jump host', () => {
  test('a machine that only the jump host reaches is checked, used and prepared', async () => {
    const only = `nft add table inet only; nft add chain inet only in '{ type filter hook input priority 0; }'`;
    await web.run(`${only}; nft add rule inet only in tcp dport 22 ip saddr != ${gate.address} drop`);
    expect((await failure(connectSsh(target(web), { limits: { tcpTimeoutMs: 1_000 } }))).code).toBe(
      'connection-timeout',
    );
    const inner = target(web, { jump: target(gate) });
    expect((await checks(inner)).map((result) => result.status)).toEqual(Array(6).fill('ok'));
    const playbook = await play([
      {
        'ansible.builtin.command': 'id -u',
        register: 'me',
        changed_when: false,
        failed_when: "me.stdout != '0'",
      },
    ]);
    expect(await runPlaybook({ playbook, target: inner })).toEqual({ ok: 1, changed: 0, failed: 0 });
    const wrong = await failure(pool.acquire({ ...inner, port: 1, serverId: 'wrong-port' }));
    expect(wrong).toMatchObject({ code: 'connection-refused' });
    await web.run('nft delete table inet only');
  });
});

describe('Ansible', () => {
  test('waits for nobody: a held package lock and a full disk have codes of their own', async () => {
    const hold = `import fcntl, time; f = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); open('/run/held', 'w'); time.sleep(300)`;
    await gate.run(`systemd-run --unit=holder python3 -c "${hold}"`);
    await waitFor('the lock is held', async () => (await gate.exec(['test', '-e', '/run/held'])).code === 0);
    const apt = await play([{ 'ansible.builtin.apt': { name: 'tree', lock_timeout: 1 } }]);
    const locked = await failure(runPlaybook({ playbook: apt, target: target(gate) }));
    expect(locked).toMatchObject({ code: 'package-lock-held', retryable: true, server: 'gate' });
    await gate.run('systemctl stop holder');
    await web.fillDisk();
    const big = await play([
      { 'ansible.builtin.copy': { dest: '/root/big', content: 'x'.repeat(1_000_000) } },
    ]);
    expect((await failure(runPlaybook({ playbook: big, target: target(web) }))).code).toBe('disk-full');
    await web.freeDisk();
    expect(await runPlaybook({ playbook: big, target: target(web) })).toMatchObject({ changed: 1 });
  });
});

describe('the host program', () => {
  const host = () => new HostClient(pool, target(gate, { user: 'fairlead' }));

  test('is missing, then installed by the playbook, then changed by nothing', async () => {
    expect((await failure(new HostClient(pool, target(gate)).call('hello', {}))).code).toBe(
      'host-program-missing',
    );
    await symlink(resolve(import.meta.dirname, '../../../ansible/roles'), join(folder, 'roles'));
    const playbook = await play([], ['host']);
    const run = () =>
      runPlaybook({
        playbook,
        target: target(gate),
        vars: { host_authorized_key: pair.publicKey, host_services: [] },
      });
    expect((await run()).changed).toBeGreaterThan(0);
    expect((await run()).changed).toBe(0);
    expect((await host().call('hello', {})).hostname).toBe('gate');
    expect((await host().call('facts', {})).os.versionId).toBe('12');
  });

  test('a call survives its sshd session being killed, and a reboot of the machine', async () => {
    const connection = await pool.acquire(host().target);
    const { pid } = await host().call('hello', {});
    // A stopped program answers nothing: the call is under way for certain when its session dies.
    await gate.run(`kill -STOP ${pid}`);
    const during = host().call('facts', {});
    await waitFor('the call is under way', async () => connection.inUse > 0);
    await gate.run('pkill -KILL -u fairlead sshd');
    expect((await during).hostname).toBe('gate');
    expect(connection.isOpen).toBe(false);
    await gate.run(`kill -KILL ${pid}`);
    await gate.reboot();
    expect((await host().call('hello', {})).hostname).toBe('gate');
  });

  test('a partition ends calls and probes in time, blaming nobody; healing mends it', async () => {
    await host().call('hello', {});
    const prober = new Prober(pool, { tunnelRetryMs: 100 });
    const ask = () =>
      prober.probe({
        via: target(gate, { user: 'fairlead' }),
        address: web.address,
        port: 22,
        path: '/',
        host: 'x',
        timeoutMs: 1_000,
      });
    expect(await ask()).toMatchObject({ kind: 'observed', healthy: false, fault: 'not-http' });
    await gate.partition();
    const began = performance.now();
    const error = await failure(host().call('hello', {}, { timeoutMs: 2_000 }));
    expect(error.code).toBe('connection-timeout');
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(await ask()).toMatchObject({ kind: 'unobserved', healthy: null });
    await gate.heal();
    expect((await host().call('hello', {})).hostname).toBe('gate');
    await waitFor('the tunnel is back', async () => (await ask()).kind === 'observed');
    prober.close();
  });

  test('probes from the balancer tell what only it can see', async () => {
    const prober = new Prober(pool);
    const via = target(gate, { user: 'fairlead' });
    const ask = (change: object) =>
      prober.probe({
        via,
        address: web.address,
        port: 8088,
        path: '/',
        host: 'x',
        timeoutMs: 1_000,
        ...change,
      });
    expect(await ask({})).toMatchObject({ healthy: false, fault: 'refused' });
    await web.run('systemd-run --unit=page python3 -m http.server 8088 --directory /srv');
    await waitFor('the page answers', async () => (await ask({})).healthy === true);
    await web.run(
      'nft add table inet shut; nft add chain inet shut in "{ type filter hook input priority 0; }"; nft add rule inet shut in tcp dport 8088 drop',
    );
    expect(await ask({ freshConnection: true })).toMatchObject({
      healthy: false,
      fault: 'timeout',
      reason: 'no answer within 1 s',
    });
    await web.run('nft delete table inet shut; systemctl stop page');
    expect(await ask({ freshConnection: true })).toMatchObject({ healthy: false, fault: 'refused' });
    expect(await ask({ address: 'no.such.host.invalid' })).toMatchObject({ healthy: false, fault: 'dns' });
    prober.close();
  });
});
