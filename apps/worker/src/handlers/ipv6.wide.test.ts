import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listDrift,
  prepareServer,
  putBack,
  removeApp,
  removeBackend,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { type GitServer, Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { registerMachine } from '../../testing/lab-fleet.ts';
import { startTraffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;
let shopId: string;
let port: number;

/** `one` is balancer and primary, `two` a backend, `visitor` nobody's. None of them has an IPv4 address. */
beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await Lab.up({
    name: 'worker-68',
    slot: 68,
    machines: [
      { name: 'one', release: 12, image: 'stocked' },
      { name: 'two', release: 13, image: 'stocked' },
      { name: 'visitor', release: 12, image: 'stocked' },
    ],
  });
  git = await lab.gitServer({ repos: ['php-notes'], family: 'ipv6' });
  await Promise.all(lab.machines.map((machine) => machine.run('ip -4 address flush dev host0')));
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const { id: serverId } = await registerMachine(plane, lab.machine(name), { address: address(name) });
      const databases = name === 'one' ? ['postgresql', 'mariadb'] : [];
      await plane.succeed(prepareServer, { serverId, runtimes: ['php'], databases });
      return plane.database.prisma.server.findUniqueOrThrow({ where: { id: serverId } });
    }),
  );
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const address = (name: string) => lab.machine(name).ipv6Address;
const at = async (name: string, line: string) => (await lab.machine(name).run(line)).trim();
const secondServer = () => servers[1]?.id;

/** An app without a domain: visitors come by the balancer's address. */
async function deployed(name: string, databaseEngine: string, domains: string[] = []): Promise<string> {
  const { id } = await createApp(plane.ctx, plane.actor, {
    name,
    repositoryUrl: git.repo('php-notes').url,
    runtime: 'php',
    documentRoot: 'public',
    healthPath: '/whoami',
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: servers[0]?.id,
    databaseEngine,
    domains,
  });
  await plane.succeed(startDeployment, { appId: id });
  return id;
}

/** Makes it two backends under visitors who come by IPv6. */
async function balancedUnderTraffic(id: string, host: string) {
  const traffic = startTraffic({ address: address('one'), host, path: '/whoami', postPath: '/notes' });
  await plane.succeed(enableLoadBalancer, {
    appId: id,
    serverIds: [secondServer()],
    method: 'round_robin',
    acknowledged: checklistKeys,
  });
  await expect.poll(() => traffic.report.answers.two ?? 0).toBeGreaterThan(20);
  const { requests, posts, failures, answers } = await traffic.stop();
  console.log(JSON.stringify({ requests, posts, answers }));
  expect(failures).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['one', 'two']);
}

/** What one machine is answered: `status` 000 where no HTTP came back. */
async function ask(from: string, url: string, ...more: string[]) {
  const argv = ['curl', '-s', '-m', '4', '-w', '\n%{http_code}', ...more, url];
  const { stdout } = await lab.machine(from).exec(argv);
  const end = stdout.lastIndexOf('\n');
  return { status: stdout.slice(end + 1), body: stdout.slice(0, end) };
}
const front = () => `http://[${address('one')}]/whoami`;
async function changed(http: object): Promise<void> {
  await plane.succeed(changeLoadBalancer, { appId, http });
  await new Promise((resolve) => setTimeout(resolve, 500));
}
/** What of IPv6 is open on the first server: rules, accounts of both engines, what they listen on. */
const openings = async () => ({
  rules: await at('one', `nft list ruleset | grep -c '${address('two')}' || true`),
  lines: await at('one', `cat /etc/postgresql/*/main/pg_hba.conf | grep -c '${address('two')}/128' || true`),
  accounts: await at(
    'one',
    `mariadb -N -B -e "SELECT COUNT(*) FROM mysql.global_priv WHERE Host = '${address('two')}'"`,
  ),
});

test('servers are added, checked and prepared by IPv6 alone', async () => {
  expect(servers.map(({ status, ipAddress }) => `${status} ${ipAddress}`)).toEqual([
    `ready ${address('one')}`,
    `ready ${address('two')}`,
  ]);
  for (const name of ['one', 'two', 'visitor'])
    expect(await at(name, 'ip -4 -o address show dev host0')).toBe('');
});

test('an app with PostgreSQL is balanced over both without a lost request', async () => {
  appId = await deployed('Notes', 'postgresql');
  ({ port } = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } }));
  await balancedUnderTraffic(appId, `[${address('one')}]`);
  const upstream = await at('one', 'cat /etc/nginx/fairlead/http/notes.front.conf');
  for (const name of ['one', 'two']) expect(upstream).toContain(`server [${address(name)}]:${port} `);
  expect(upstream).toContain('listen [::]:80;');
  expect(await at('two', 'nft list table inet fairlead')).toContain(
    `tcp dport ${port} ip6 saddr ${address('one')} accept`,
  );
  expect(await openings()).toEqual({ rules: '1', lines: '1', accounts: '0' });
  expect(await at('one', "ss -Htln 'sport = :5432'")).toContain(`[${address('one')}]:5432`);
  const writers = 'psql -XAt -c "SELECT DISTINCT server FROM notes ORDER BY 1" ';
  const names = await at(
    'one',
    `cd /; sudo -u postgres ${writers} "$(sudo -u postgres psql -XAt -c "SELECT datname FROM pg_database WHERE datname LIKE 'notes%'")"`,
  );
  expect(names).toBe('one\ntwo');
});

test('its backends are found healthy over IPv6', async () => {
  const states = async () =>
    (await plane.database.prisma.backend.findMany({ where: { appId } })).map(({ health }) => health);
  await expect.poll(states).toEqual(['healthy', 'healthy']);
});

test('the app hears the visitor’s IPv6 address, and rules, trust and the limit go by it', async () => {
  const heard = async (...more: string[]) => {
    const { status, body } = await ask('visitor', front(), ...more);
    expect(status, body).toBe('200');
    return JSON.parse(body) as { remoteAddress: string; forwardedFor: string };
  };
  const visitor = address('visitor');
  const forged = ['-H', 'X-Forwarded-For: 2001:db8::7'];
  for (let turn = 0; turn < 2; turn += 1)
    expect(await heard(...forged)).toMatchObject({ remoteAddress: visitor, forwardedFor: visitor });
  await changed({ access: [{ action: 'deny', source: visitor }] });
  expect((await ask('visitor', front())).status).toBe('403');
  expect((await ask('two', front())).status).toBe('200');
  await changed({ access: [], trustedProxy: { networks: [visitor] } });
  expect(await heard(...forged)).toMatchObject({ forwardedFor: '2001:db8::7' });
  await changed({ trustedProxy: null, rateLimit: { requests: 1, per: 'minute', burst: 0 } });
  expect((await ask('visitor', front())).status).toBe('200');
  // Another address of the same /64.
  expect((await ask('two', front())).status).toBe('429');
  await changed({ rateLimit: null });
});

test('a request straight to a backend is stopped by its firewall, before Nginx', async () => {
  const direct = (from: string, to: string) => ask(from, `http://[${address(to)}]:${port}/whoami`);
  expect((await direct('one', 'two')).status).toBe('200');
  for (const to of ['one', 'two']) expect((await direct('visitor', to)).status, to).toBe('000');
  const database = ['timeout', '3', 'bash', '-c', `: < /dev/tcp/${address('one')}/5432`];
  expect((await lab.machine('visitor').exec(database)).code).not.toBe(0);
  expect((await lab.machine('two').exec(database)).code).toBe(0);
  await lab.machine('two').run('nft list ruleset > /root/rules.nft && nft flush ruleset');
  try {
    expect((await direct('visitor', 'two')).status).toBe('403');
  } finally {
    await lab.machine('two').run('nft -f /root/rules.nft');
  }
  expect((await direct('visitor', 'two')).status).toBe('000');
});

test('a rule and a line that somebody took away are found and put back', async () => {
  const open = async () => (await listDrift(plane.ctx, plane.actor, { appId })).items;
  await at('two', 'nft flush chain inet fairlead input');
  await at('one', `sed -i '\\#${address('two')}/128#d' /etc/postgresql/*/main/pg_hba.conf`);
  const kinds = async () => new Set((await open()).map(({ kind }) => kind)).size === 2;
  await until('both of them', kinds, 60_000);
  const rule = (await open()).find(({ kind }) => kind === 'rule');
  expect(rule?.expected).toContain(`port ${port} open to ${address('one')}`);
  await plane.succeed(putBack, { appId });
  expect(await openings()).toMatchObject({ rules: '1', lines: '1' });
  await until('nothing left', async () => (await open()).length === 0, 60_000);
});

test('an app with MariaDB beside it is balanced too, by an account for the IPv6 address alone', async () => {
  const domain = 'shop.example.com';
  shopId = await deployed('Shop', 'mariadb', [domain]);
  await balancedUnderTraffic(shopId, domain);
  expect(await openings()).toEqual({ rules: '2', lines: '1', accounts: '1' });
  const writers = await at(
    'one',
    `mariadb -N -B -e "SELECT DISTINCT server FROM notes ORDER BY 1" "$(mariadb -N -B -e "SHOW DATABASES LIKE 'shop%'")"`,
  );
  expect(writers).toBe('one\ntwo');
});

test('a server that boots listens on its IPv6 addresses again', async () => {
  await lab.machine('one').reboot();
  await lab.machine('one').run('systemctl is-system-running --wait || true');
  for (const bound of [`[${address('one')}]:${port}`, '[::]:80', `[${address('one')}]:5432`])
    await expect.poll(() => at('one', 'ss -Htln')).toContain(bound);
  await lab.machine('one').run('ip -4 address flush dev host0');
  const answers = async () => {
    const { body } = await ask('visitor', front());
    return /"server":"(\w+)"/.exec(body)?.[1];
  };
  for (const name of ['one', 'two']) await expect.poll(answers).toBe(name);
});

test('removed backends leave no rule and no grant, removed apps nothing', async () => {
  for (const id of [appId, shopId]) {
    const { id: backendId } = await plane.database.prisma.backend.findFirstOrThrow({
      where: { appId: id, serverId: secondServer() },
    });
    await plane.succeed(removeBackend, { appId: id, backendId });
  }
  expect(await openings()).toEqual({ rules: '0', lines: '0', accounts: '0' });
  expect((await ask('visitor', front())).status).toBe('200');
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  await plane.succeed(removeApp, { appId: shopId, confirm: 'Shop' });
  for (const name of ['one', 'two']) {
    expect(
      await at(name, 'ls /etc/nginx/fairlead/http; nft list ruleset | grep -E "2000[01]|5432|3306"; true'),
      name,
    ).toBe('');
  }
});
