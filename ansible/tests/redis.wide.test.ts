import type { Machine } from '@fairlead/lab';
import type { HostInput } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

type Wanted = HostInput<'redis.ensure'>;
const password = 'p4ssword-of-the-shop:%"\\';
const port = 15_003;

let fleet: Fleet;
/** A machine that is let in when a test says so, and one that never is. */
let friend: Machine;
let stranger: Machine;
let untouched: Map<Host, string>;

/** What the machine looks like without an app's Redis; the one that others use has a key of its own. */
const footprint = (host: Host) =>
  host.sh(`sha256sum /etc/redis/redis.conf; redis-cli get own; redis-cli acl list; redis-cli config get bind
    ls -A /etc/fairlead/redis /var/lib/fairlead/redis /etc/systemd/system /etc/systemd/system/multi-user.target.wants /var/lib/private
    systemctl list-units --all --plain --no-legend 'fairlead-redis*'
    nft list ruleset; ufw show added | tail -n +2`);

beforeAll(async () => {
  fleet = await bootPrepared(36, { prepare_runtimes: [], prepare_databases: ['redis'] }, [
    { name: 'friend', image: 'stocked' },
    { name: 'stranger', image: 'stocked' },
  ]);
  friend = fleet.lab.machine('friend');
  stranger = fleet.lab.machine('stranger');
  untouched = new Map();
  await onBoth(fleet, async (host) => {
    await host.sh('systemctl enable -q --now redis-server; redis-cli set own "of the administrator"');
    untouched.set(host, await footprint(host));
  });
});
afterAll(() => fleet?.close());

afterEach(() =>
  onBoth(fleet, async (host) => {
    for (const app of ['shop', 'blog']) {
      await host.call('redis.remove', { app });
      await host.call('firewall.set', { app, rules: [] });
    }
    expect(await footprint(host)).toBe(untouched.get(host));
    const { databaseGrants, firewallRules, paths, units } = await host.call('inventory', {});
    expect({ databaseGrants, firewallRules, paths, units }).toEqual({
      databaseGrants: [],
      firewallRules: [],
      paths: [],
      units: [],
    });
  }),
);

const wanted = (host: Host, more: Partial<Wanted> = {}): Wanted => ({
  app: 'shop',
  port,
  listenAddress: host.machine.address,
  addresses: [friend.address],
  memoryMib: 32,
  policy: 'noeviction',
  password,
  ...more,
});

/** One command from a machine, signed in as the app unless told otherwise; Redis's words when it may not. */
async function ask(
  from: Machine,
  host: Host,
  command: string[],
  more: Partial<Wanted & { user: string }> = {},
) {
  const account = { port, user: 'shop', password, ...more };
  const argv = ['timeout', '5', 'redis-cli', '-h', host.machine.address, '-p', String(account.port)];
  const { stdout, stderr } = await from.exec(
    [...argv, '--user', account.user, '--no-auth-warning', ...command],
    {
      env: { REDISCLI_AUTH: account.password },
    },
  );
  return `${stdout}${stderr}`.trim();
}

test('one account with least rights, for let-in addresses alone; said twice it changes nothing', () =>
  onBoth(fleet, async (host) => {
    const open = { app: 'shop', rules: [{ purpose: 'redis' as const, port, sources: [friend.address] }] };
    await host.call('firewall.set', open);
    expect(await host.call('redis.ensure', wanted(host))).toEqual({ changed: true, started: true });
    expect(await host.call('redis.ensure', wanted(host))).toEqual({ changed: false, started: false });
    expect(await ask(friend, host, ['INCR', 'visits'])).toBe('1');
    expect(await ask(stranger, host, ['INCR', 'visits'])).not.toMatch(/\d/);
    expect(await ask(friend, host, ['PING'], { user: 'default', password: 'x' })).toMatch(/WRONGPASS|NOAUTH/);
    expect(await ask(friend, host, ['PING'], { password: 'another-password' })).toMatch(/WRONGPASS/);
    for (const command of [['CONFIG', 'GET', '*'], ['FLUSHALL'], ['ACL', 'LIST'], ['SHUTDOWN'], ['MONITOR']])
      expect(await ask(friend, host, command)).toMatch(/NOPERM/);
    // What queues, sessions and caches of frameworks call.
    for (const command of [['SELECT', '1'], ['INFO'], ['EVAL', 'return 1', '0'], ['KEYS', '*'], ['FLUSHDB']])
      expect(await ask(friend, host, command)).not.toMatch(/^(?:NOPERM|ERR|\(error)/);
    const { databaseGrants } = await host.call('inventory', { app: 'shop' });
    expect(databaseGrants).toEqual([
      { engine: 'redis', database: 'shop', user: 'shop', address: friend.address },
    ]);
    const files = await host.sh(
      `grep -rlF '${password.slice(0, 12)}' /etc/fairlead /var/lib/fairlead /etc/systemd || true`,
    );
    expect(files).toBe('');
    expect(await host.call('redis.observe', { app: 'shop' })).toMatchObject({
      running: true,
      maxMemoryBytes: 32 * 2 ** 20,
      writesToDisk: true,
    });
  }));

test('other settings and another password are taken without a restart; what is held outlives that, a kill and a reboot', () =>
  onBoth(fleet, async (host) => {
    await host.call('redis.ensure', wanted(host));
    expect(await ask(host.machine, host, ['SET', 'cart', 'full'])).toBe('OK');
    const pid = () => host.sh('systemctl show -P MainPID fairlead-redis-shop');
    const before = await pid();
    const next = wanted(host, { memoryMib: 64, policy: 'allkeys-lru', password: 'quite-another-password' });
    expect(await host.call('redis.ensure', next)).toEqual({ changed: true, started: false });
    expect(await pid()).toBe(before);
    expect(await ask(host.machine, host, ['GET', 'cart'])).toMatch(/WRONGPASS/);
    expect(await ask(host.machine, host, ['GET', 'cart'], next)).toBe('full');
    await host.sh('systemctl kill -s KILL fairlead-redis-shop');
    await expect.poll(() => ask(host.machine, host, ['GET', 'cart'], next), { timeout: 20_000 }).toBe('full');
    await host.machine.reboot();
    await host.sh('systemctl is-system-running --wait || true');
    await expect.poll(() => ask(host.machine, host, ['GET', 'cart'], next), { timeout: 30_000 }).toBe('full');
    expect((await host.call('drift', {})).grants).toEqual([]);
  }));

test('two accounts sign in while backends go over to another password; the one before goes with its sessions, and nobody else’s end', () =>
  onBoth(fleet, async (host) => {
    await host.call('redis.ensure', wanted(host));
    const next = { turn: 1, password: 'quite-another-password' };
    const both = wanted(host, { ...next, formerPassword: password });
    expect(await host.call('redis.ensure', both)).toEqual({ changed: true, started: false });
    expect(await host.call('redis.ensure', both)).toEqual({ changed: false, started: false });
    const account = { user: 'shop__b', password: next.password };
    expect(await ask(host.machine, host, ['SET', 'cart', 'full'])).toBe('OK');
    expect(await ask(host.machine, host, ['GET', 'cart'], account)).toBe('full');
    expect((await host.call('inventory', { app: 'shop' })).databaseGrants.map(({ user }) => user)).toEqual([
      'shop__b',
      'shop',
    ]);
    // A worker of each waits for a job.
    const wait = (user: string, secret: string) =>
      host.sh(
        `REDISCLI_AUTH='${secret}' timeout 60 redis-cli -p ${port} --user ${user} --no-auth-warning BLPOP ${user} 0 </dev/null >/tmp/${user}.job 2>&1 &`,
      );
    await wait('shop', password);
    await wait('shop__b', next.password);
    const clients = () => ask(host.machine, host, ['INFO', 'clients'], account);
    await expect.poll(clients, { timeout: 10_000 }).toMatch(/blocked_clients:2/);
    expect(await host.call('redis.ensure', wanted(host, next))).toEqual({ changed: true, started: false });
    expect(await ask(host.machine, host, ['GET', 'cart'])).toMatch(/WRONGPASS/);
    await expect.poll(clients, { timeout: 10_000 }).toMatch(/blocked_clients:1/);
    await ask(host.machine, host, ['LPUSH', 'shop__b', 'a job'], account);
    await expect.poll(() => host.sh('cat /tmp/shop__b.job'), { timeout: 10_000 }).toContain('a job');
    await host.sh('rm /tmp/shop.job /tmp/shop__b.job');
    expect((await host.call('drift', {})).grants).toEqual([]);
  }));

test('a full one refuses writes and keeps what it holds, or makes room, as was chosen', () =>
  onBoth(fleet, async (host) => {
    const small = wanted(host, { memoryMib: 16 });
    await host.call('redis.ensure', small);
    const one = `return redis.call('SET', 'k' .. redis.call('INCR', 'n'), string.rep('x', 1000000))`;
    expect(await ask(host.machine, host, ['-r', '30', 'EVAL', one, '0'])).toMatch(/OOM/);
    expect(Number(await ask(host.machine, host, ['EXISTS', 'k1']))).toBe(1);
    await host.call('redis.ensure', { ...small, policy: 'allkeys-lru' });
    expect(await ask(host.machine, host, ['SET', 'last', 'one'])).toBe('OK');
    expect(await host.call('redis.observe', { app: 'shop' })).toMatchObject({ running: true });
  }));

test('what was set by hand is found and put back; a silent one is no order', () =>
  onBoth(fleet, async (host) => {
    await host.call('redis.ensure', wanted(host));
    expect((await host.call('drift', {})).grants).toEqual([]);
    const secret = `$(python3 -c 'import json; print(json.load(open("/var/lib/fairlead/redis/shop.json"))["password"])')`;
    await host.sh(
      `export REDISCLI_AUTH=${secret}; for line in 'acl setuser guest on nopass ~* +@all' 'config set maxmemory 1gb'; do redis-cli -p ${port} --user fairlead $line; done`,
    );
    const grants = (await host.call('drift', {})).grants;
    expect(grants).toMatchObject([{ app: 'shop', engine: 'redis', expected: [`maxmemory ${32 * 2 ** 20}`] }]);
    expect(grants?.[0]?.actual.join('\n')).toMatch(/maxmemory 1073741824[\s\S]*user guest/);
    expect(await host.call('redis.ensure', wanted(host))).toMatchObject({ started: false });
    expect((await host.call('drift', {})).grants).toEqual([]);
    await host.sh('systemctl stop fairlead-redis-shop');
    expect((await host.call('drift', {})).grants).toBeNull();
    expect(await host.call('redis.observe', { app: 'shop' })).toEqual({ running: false });
  }));

test('each app has its own, and a port of somebody else is left to them', () =>
  onBoth(fleet, async (host) => {
    const blog = wanted(host, { app: 'blog', port: port + 1 });
    await host.call('redis.ensure', wanted(host));
    await host.call('redis.ensure', blog);
    const as = { user: 'blog', port: port + 1 };
    expect(await ask(host.machine, host, ['SET', 'who', 'blog'], as)).toBe('OK');
    expect(await ask(host.machine, host, ['GET', 'who'])).toBe('');
    expect(await ask(host.machine, host, ['GET', 'who'], { user: 'blog' })).toMatch(/WRONGPASS/);
    expect(await failure(host.call('redis.ensure', { ...blog, port: 6379 }))).toMatchObject({
      code: 'port-taken',
    });
    expect(
      await failure(host.call('redis.ensure', wanted(host, { listenAddress: '192.0.2.9' }))),
    ).toMatchObject({
      code: 'database-failed',
    });
    expect(await ask(host.machine, host, ['PING'])).toBe('PONG');
  }));
