import { connect } from 'node:net';
import { type Machine, waitFor } from '@fairlead/lab';
import type { HostInput } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

type Engine = HostInput<'database.ensure'>['engine'];
const engines = ['postgresql', 'mariadb'] as const;
const ports = { postgresql: 5432, mariadb: 3306 };
/** Every character that one of SQL, psql, shells and ini files would read as something else. */
const password = `p'a"s\\s$w\`o;rd-- :x %s`;

let fleet: Fleet;
/** Two machines that no grant is for until a test gives one. */
let friend: Machine;
let stranger: Machine;
let untouched: Map<Host, string>;

/** What the databases' own files and accounts look like without Fairlead. */
const footprint = (host: Host) =>
  host.sh(`sha256sum /etc/postgresql/*/main/pg_hba.conf /etc/postgresql/*/main/postgresql.conf /etc/mysql/mariadb.conf.d/*
    ls /etc/postgresql/*/main/conf.d /var/lib/fairlead/database
    su postgres -c "psql -XAtc 'select rolname from pg_roles order by 1; select datname from pg_database order by 1'"
    mariadb -NBe 'select User, Host from mysql.global_priv order by 1, 2; show databases'
    nft list ruleset; ufw show added | tail -n +2`);

beforeAll(async () => {
  fleet = await bootPrepared(20, { prepare_runtimes: [], prepare_databases: ['postgresql', 'mariadb'] }, [
    { name: 'friend', image: 'stocked' },
    { name: 'stranger', image: 'stocked' },
  ]);
  friend = fleet.lab.machine('friend');
  stranger = fleet.lab.machine('stranger');
  untouched = new Map();
  await onBoth(fleet, async (host) => {
    await host.sh(
      `printf '# the user\\047s own line\\nhost all all 10.99.0.0/16 reject\\n' >> $(ls -d /etc/postgresql/*/main)/pg_hba.conf`,
    );
    untouched.set(host, await footprint(host));
  });
});
afterAll(() => fleet?.close());

afterEach(() =>
  onBoth(fleet, async (host) => {
    for (const app of ['shop', 'blog']) {
      for (const engine of engines)
        await host.call('database.remove', { app, engine, database: app, user: app });
      await host.call('firewall.set', { app, rules: [] });
    }
    expect(await footprint(host)).toBe(untouched.get(host));
    const { databaseGrants, firewallRules } = await host.call('inventory', {});
    expect([databaseGrants, firewallRules]).toEqual([[], []]);
  }),
);

const account = (engine: Engine, app = 'shop') => ({
  engine,
  database: app,
  user: app,
  logins: [{ name: app, password, way: 'any' as const }],
});
const grant = (host: Host, engine: Engine, addresses: string[], app = 'shop') =>
  host.call('database.grant', {
    ...account(engine, app),
    app,
    listenAddress: host.machine.address,
    addresses,
  });

/** Signs in from a machine and asks for 1 + 1; the client's words when it may not. */
async function ask(
  from: Machine,
  host: Host,
  engine: Engine,
  app = 'shop',
  sql = 'SELECT 1 + 1',
  user = app,
  word = password,
): Promise<string> {
  const client =
    engine === 'postgresql'
      ? ['psql', '-XAt', '-h', host.machine.address, '-U', user, '-d', app, '-c', sql]
      : ['mariadb', '-NB', '--connect-timeout=3', '-h', host.machine.address, '-u', user, app, '-e', sql];
  const env = { PGPASSWORD: word, MYSQL_PWD: word, PGCONNECT_TIMEOUT: '3' };
  const { stdout, stderr } = await from.exec(client, { env, timeoutMs: 20_000 });
  return `${stdout}${stderr}`.trim();
}

test.each(engines)('%s: exactly the granted addresses sign in; taking one back cuts it off', (engine) =>
  onBoth(fleet, async (host) => {
    expect(await host.call('database.ensure', account(engine))).toEqual({
      changed: true,
      port: ports[engine],
    });
    expect(await host.call('database.ensure', account(engine))).toEqual({
      changed: false,
      port: ports[engine],
    });
    expect(await ask(friend, host, engine)).toMatch(/refused|can't connect/i);

    const addresses = [friend.address, host.machine.address];
    const first = await grant(host, engine, addresses);
    expect(first).toEqual({ added: addresses.toSorted(), removed: [], restarted: true });
    expect(await grant(host, engine, addresses)).toEqual({ added: [], removed: [], restarted: false });
    expect(await ask(friend, host, engine)).toBe('2');
    expect(await ask(host.machine, host, engine)).toBe('2');
    expect(await ask(stranger, host, engine)).toMatch(
      /no pg_hba.conf entry|is not allowed to connect|access denied/i,
    );
    expect(
      await ask(
        friend,
        host,
        engine,
        'shop',
        'CREATE TABLE t (i int); INSERT INTO t VALUES (7); SELECT i FROM t',
      ),
    ).toContain('7');

    const sleep = engine === 'postgresql' ? 'SELECT pg_sleep(30)' : 'SELECT sleep(30)';
    const session = ask(friend, host, engine, 'shop', sleep);
    // Signed in and at work: a connection that is still being made is refused rather than ended.
    const busy =
      engine === 'postgresql'
        ? `runuser -u postgres -- psql -XAtc "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop' AND query = '${sleep}'"`
        : `mariadb -NBe "SELECT count(*) FROM information_schema.processlist WHERE user = 'shop' AND info = '${sleep}'"`;
    await expect.poll(() => host.sh(busy)).toBe('1');
    const less = await grant(host, engine, [host.machine.address]);
    expect(less).toEqual({ added: [], removed: [friend.address], restarted: false });
    expect(await session).toMatch(/terminat|lost connection|killed|server has gone|unexpected eof/i);
    expect(await ask(friend, host, engine)).toMatch(
      /no pg_hba.conf entry|is not allowed to connect|access denied/i,
    );
    expect((await host.call('inventory', { app: 'shop' })).databaseGrants).toEqual([
      { engine, database: 'shop', user: 'shop', address: host.machine.address },
    ]);
  }),
);

test.each(engines)(
  '%s: two apps share the listen address; removing one leaves the other’s rights',
  (engine) =>
    onBoth(fleet, async (host) => {
      for (const app of ['shop', 'blog']) {
        await host.call('database.ensure', account(engine, app));
        await grant(host, engine, [friend.address], app);
      }
      const remove = { app: 'shop', engine, database: 'shop', user: 'shop' };
      expect(await host.call('database.remove', remove)).toEqual({ removed: true });
      expect(await host.call('database.remove', remove)).toEqual({ removed: false });
      expect(await ask(friend, host, engine, 'blog')).toBe('2');
      expect(await ask(friend, host, engine, 'shop')).toMatch(
        /no pg_hba.conf entry|is not allowed to connect|access denied/i,
      );
    }),
);

test.each(engines)('%s: a user sees its own database alone', (engine) =>
  onBoth(fleet, async (host) => {
    for (const app of ['shop', 'blog']) {
      await host.call('database.ensure', account(engine, app));
      await grant(host, engine, [friend.address], app);
    }
    const foreign =
      engine === 'postgresql'
        ? friend.exec(
            ['psql', '-XAt', '-h', host.machine.address, '-U', 'shop', '-d', 'blog', '-c', 'SELECT 1'],
            { env: { PGPASSWORD: password } },
          )
        : friend.exec(
            ['mariadb', '-NB', '-h', host.machine.address, '-u', 'shop', 'blog', '-e', 'SELECT 1'],
            { env: { MYSQL_PWD: password } },
          );
    expect((await foreign).code).not.toBe(0);
    const admin = engine === 'postgresql' ? 'CREATE ROLE evil' : "CREATE USER 'evil'@'%'";
    expect(await ask(friend, host, engine, 'shop', admin)).toMatch(/permission denied|access denied/i);
  }),
);

/** Who may sign in to the app's database now. */
const signers = (host: Host, engine: Engine) =>
  host.sh(
    engine === 'postgresql'
      ? `runuser -u postgres -- psql -XAtc "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname LIKE 'shop%' ORDER BY 1"`
      : `mariadb -NBe "SELECT DISTINCT User FROM mysql.global_priv WHERE User LIKE 'shop%'"`,
  );

test.each(engines)(
  '%s: two passwords open it while one replaces the other, then the new one alone',
  (engine) =>
    onBoth(fleet, async (host) => {
      const next = 'another-password-of-the-app';
      const second = engine === 'postgresql' ? 'shop__b' : 'shop';
      const old = { name: 'shop', password, way: 'any' as const };
      const fresh = { name: second, password: next, way: 'any' as const };
      const state = async (logins: object[]) => {
        const identity = { engine, database: 'shop', user: 'shop', logins } as HostInput<'database.ensure'>;
        await host.call('database.ensure', identity);
        await host.call('database.grant', {
          ...identity,
          app: 'shop',
          listenAddress: host.machine.address,
          addresses: [friend.address],
        });
      };
      const as = (name: string, word: string, sql: string) =>
        ask(friend, host, engine, 'shop', sql, name, word);
      await state([old]);
      await as('shop', password, 'CREATE TABLE a (i int); INSERT INTO a VALUES (1)');
      const view = 'CREATE VIEW ones AS SELECT i FROM a';
      await as('shop', password, view);

      await state([fresh, old]);
      await state([fresh, old]);
      expect(await as('shop', password, 'SELECT i FROM a')).toBe('1');
      expect(await as(second, next, 'SELECT i FROM a')).toBe('1');
      // What the new one makes belongs to the same owner: the old one goes on working with it, and the other way round.
      await as(second, next, 'CREATE TABLE b (i int); INSERT INTO b VALUES (2); INSERT INTO a VALUES (1)');
      expect(await as('shop', password, 'ALTER TABLE b ADD COLUMN j int; SELECT i FROM b')).toContain('2');
      expect((await signers(host, engine)).split('\n')).toHaveLength(engine === 'postgresql' ? 2 : 1);

      await state([fresh]);
      expect(await as('shop', password, 'SELECT 1')).toMatch(
        /no pg_hba.conf entry|authentication failed|access denied/i,
      );
      expect(await as(second, next, 'SELECT count(*) FROM ones')).toBe('2');
      expect(await as(second, next, 'DROP VIEW ones; DROP TABLE a, b; SELECT 3')).toContain('3');
      expect(await signers(host, engine)).toBe(second);
      const local =
        engine === 'postgresql'
          ? 'psql -XAt -h 127.0.0.1 -U shop shop -c'
          : 'mariadb -h 127.0.0.1 -u shop shop -e';
      const attempt = await host.machine.exec(['sh', '-c', `${local} 'select 1'`], {
        env: { PGPASSWORD: password, MYSQL_PWD: password },
      });
      expect(attempt.code, 'the old password on the server itself').not.toBe(0);

      // The next time it goes the other way, and the second name is gone.
      await state([{ ...old, password: 'the-third-password-of-it' }, fresh]);
      await as(second, next, 'CREATE TABLE c (i int)');
      await state([{ ...old, password: 'the-third-password-of-it' }]);
      expect(await signers(host, engine)).toBe('shop');
      expect(await as(second, next, 'SELECT 1')).toMatch(
        /no pg_hba.conf entry|authentication failed|access denied/i,
      );
      expect(await as('shop', 'the-third-password-of-it', 'DROP TABLE c; SELECT 4')).toContain('4');
    }),
);

test.each(engines)(
  '%s: who has to encrypt signs in encrypted alone, where the engine has a certificate',
  (engine) =>
    onBoth(fleet, async (host) => {
      const identity = {
        engine,
        database: 'shop',
        user: 'shop',
        logins: [{ name: 'shop', password, way: 'tls' as const }],
      };
      const facts = (await host.call('facts', {}))[engine];
      if (facts?.tls !== true) {
        // MariaDB makes itself a certificate from 11.4 on alone.
        expect([engine, facts?.tls, await host.sh('cat /etc/debian_version')]).toEqual([
          'mariadb',
          false,
          expect.stringMatching(/^12/),
        ]);
        expect(await failure(host.call('database.ensure', identity))).toMatchObject({
          code: 'database-failed',
        });
        return;
      }
      await host.call('database.ensure', identity);
      const { address } = host.machine;
      await host.call('database.grant', {
        ...identity,
        app: 'shop',
        listenAddress: address,
        addresses: [friend.address],
      });
      const by = async (encrypted: boolean) => {
        const argv =
          engine === 'postgresql'
            ? [
                'psql',
                '-XAtc',
                'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
                `host=${address} user=shop dbname=shop sslmode=${encrypted ? 'require' : 'disable'}`,
              ]
            : [
                'mariadb',
                encrypted ? '--ssl' : '--skip-ssl',
                '-NB',
                '-h',
                address,
                '-u',
                'shop',
                'shop',
                '-e',
                "SELECT VARIABLE_VALUE <> '' FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'",
              ];
        const { stdout, stderr } = await friend.exec(argv, {
          env: { PGPASSWORD: password, MYSQL_PWD: password },
        });
        return `${stdout}${stderr}`.trim();
      };
      expect(await by(true)).toMatch(/^(?:t|1)$/);
      expect(await by(false)).toMatch(/no pg_hba.conf entry|access denied/i);
    }),
);

test.each(engines)(
  '%s: a database elsewhere is asked as the app would, and each fault has words and a way out',
  (engine) =>
    onBoth(fleet, async (host) => {
      // The server itself is one of those who may: from its own address, as from any other backend.
      await host.call('database.ensure', account(engine));
      await grant(host, engine, [host.machine.address]);
      const target = {
        ...{
          engine,
          host: host.machine.address,
          port: ports[engine],
          database: 'shop',
          user: 'shop',
          password,
        },
        ...{ tls: 'off' as const, authority: null },
      };
      const ask = async (change: object = {}) => {
        const { checks, ...limits } = await host.call('database.check', { ...target, ...change });
        const fault = checks.find(({ status }) => status === 'failed');
        return {
          fault: fault?.key,
          fix: fault?.fix,
          passed: checks.filter(({ status }) => status === 'passed').length,
          ...limits,
        };
      };
      const facts = (await host.call('facts', {}))[engine];
      expect(await ask()).toEqual({
        fault: undefined,
        fix: undefined,
        passed: 5,
        maxConnections: facts?.maxConnections,
        connections: expect.any(Number),
      });
      expect(await ask({ tls: 'require' })).toMatchObject(
        facts?.tls ? { fault: undefined, passed: 6 } : { fault: 'tls' },
      );
      expect(await ask({ tls: 'verify' })).toMatchObject({ fault: 'tls', fix: expect.any(String) });
      expect(await ask({ password: 'not the password of it' })).toMatchObject({
        fault: 'sign-in',
        fix: expect.stringContaining('password'),
      });
      expect(await ask({ database: 'nowhere' })).toMatchObject({
        fault: expect.stringMatching(/sign-in/),
        passed: 2,
      });
      expect(await ask({ port: 1 })).toMatchObject({ fault: 'tcp', passed: 1 });
      expect(await ask({ host: 'nowhere.invalid' })).toMatchObject({ fault: 'dns', passed: 0 });
      const left =
        engine === 'postgresql'
          ? `su postgres -c "psql -XAtc 'select count(*) from pg_tables' shop"`
          : `mariadb -NBe "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'shop'"`;
      expect(Number(await host.sh(left))).toBeLessThan(engine === 'postgresql' ? 100 : 1);
    }),
);

test.each(engines)('%s: the password is in no log, no process list and no file', (engine) =>
  onBoth(fleet, async (host) => {
    const watched = engine === 'postgresql' ? 'psql' : 'mariadb';
    if (engine === 'postgresql') {
      await host.sh(
        `su postgres -c "psql -Xc \\"alter system set log_statement='all'\\" -c 'select pg_reload_conf()'"`,
      );
    } else
      await host.sh(
        `mariadb -e "set global general_log_file='/var/lib/mysql/all.log'; set global general_log=1"`,
      );
    await host.sh(
      `systemd-run --quiet --unit=watch bash -c 'while :; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " >> /tmp/seen; done'`,
    );
    await host.call('database.ensure', account(engine));
    await grant(host, engine, [friend.address]);
    await host.sh('systemctl stop watch');
    expect(await host.sh(`grep -c ${watched} /tmp/seen || true`), 'the watch saw nothing').not.toBe('0');
    const leaks = await host.machine.exec(
      [
        'grep',
        '-rlF',
        '--exclude-dir=proc',
        '--',
        password,
        '/tmp/seen',
        '/var/log',
        '/var/lib',
        '/etc',
        '/run',
      ],
      { timeoutMs: 60_000 },
    );
    expect(leaks.stdout).toBe('');
    const logs = await host.sh(
      'grep -rliE "create (role|user)" /var/log/postgresql /var/lib/mysql/all.log 2>/dev/null || true',
    );
    expect(logs, 'the statement itself is logged').not.toBe('');
    if (engine === 'postgresql') {
      await host.sh(
        `su postgres -c "psql -Xc 'alter system reset log_statement' -c 'select pg_reload_conf()'"`,
      );
    } else await host.sh('mariadb -e "set global general_log=0"; rm -f /var/lib/mysql/all.log');
    await host.sh('rm -f /tmp/seen');
  }),
);

test.each(engines)(
  '%s: what is not Fairlead’s is left alone, and a foreign address changes nothing',
  (engine) =>
    onBoth(fleet, async (host) => {
      const sql =
        engine === 'postgresql'
          ? `su postgres -c "psql -Xc 'create role theirs' -c 'create database theirs'"`
          : `mariadb -e "create database theirs; create user 'theirs'@'localhost'"`;
      await host.sh(sql);
      expect((await failure(host.call('database.ensure', account(engine, 'theirs')))).code).toBe(
        'database-failed',
      );
      const drop =
        engine === 'postgresql'
          ? `su postgres -c "psql -Xc 'drop database theirs' -c 'drop role theirs'"`
          : `mariadb -e "drop database theirs; drop user 'theirs'@'localhost'"`;
      await host.sh(drop);
      await host.call('database.ensure', account(engine));
      const elsewhere = {
        ...account(engine),
        app: 'shop',
        listenAddress: '10.9.9.9',
        addresses: [friend.address],
      };
      expect((await failure(host.call('database.grant', elsewhere))).code).toBe('database-failed');
      expect(await ask(friend, host, engine)).toMatch(/refused|can't connect/i);
      expect(await grant(host, engine, [friend.address])).toMatchObject({ added: [friend.address] });
    }),
);

test('a fault in the administrator’s own pg_hba.conf is named, and the file stays as it was', () =>
  onBoth(fleet, async (host) => {
    await host.call('database.ensure', account('postgresql'));
    const file = await host.sh('ls /etc/postgresql/*/main/pg_hba.conf');
    await host.sh(`cp -p ${file} /root/hba; echo 'host nonsense' >> ${file}`);
    const before = await host.sh(`sha256sum ${file}`);
    const error = await failure(grant(host, 'postgresql', [friend.address]));
    expect(error).toMatchObject({ code: 'database-failed', details: { file } });
    expect(await host.sh(`sha256sum ${file}`)).toBe(before);
    await host.sh(`cp -p /root/hba ${file}`);
    await grant(host, 'postgresql', [friend.address]);
    expect(await ask(friend, host, 'postgresql')).toBe('2');
  }));

test('both engines listen on the widened address after a reboot, and the firewall still guards them', () =>
  onBoth(fleet, async (host) => {
    for (const engine of engines) {
      await host.call('database.ensure', account(engine));
      await grant(host, engine, [friend.address]);
    }
    const rules = engines.map((engine) => ({
      purpose: 'database' as const,
      port: ports[engine],
      sources: [friend.address],
    }));
    await host.call('firewall.set', { app: 'shop', rules });
    await host.machine.reboot();
    for (const engine of engines) {
      await expect.poll(() => ask(friend, host, engine), { timeout: 60_000 }).toBe('2');
      expect(await reach(stranger, host, ports[engine])).toBe('dropped');
    }
  }));

/** What a connection from a machine to a port of another meets. */
async function reach(
  from: Machine,
  host: Host,
  port: number,
  address = host.machine.address,
): Promise<'open' | 'closed' | 'dropped'> {
  const { code, stderr } = await from.exec(['nc', '-zvw', '1', address, String(port)]);
  if (code === 0) return 'open';
  return /refused/.test(stderr) ? 'closed' : 'dropped';
}

/** The same from the lab's host itself. */
const reachFromHere = (host: Host, port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host: host.machine.address, port, timeout: 2000 }, () => resolve(true));
    socket.on('timeout', () => resolve(false)).on('error', () => resolve(false));
    socket.on('close', () => resolve(false)).unref();
  });

const listener = (port: number) =>
  `systemd-run --quiet --unit=port-${port} python3 -m http.server --bind :: ${port}; until ss -ltn | grep -q :${port}; do sleep 0.05; done`;

test.each(['nftables', 'ufw'] as const)(
  '%s: a guarded port is open to its sources alone, every other as before',
  (kind) =>
    onBoth(fleet, async (host) => {
      if (kind === 'ufw') await host.sh('ufw allow 22/tcp; ufw allow 7002/tcp; ufw --force enable');
      await host.sh(`${listener(7001)}; ${listener(7002)}`);
      const rules = [{ purpose: 'backend' as const, port: 7001, sources: [friend.address] }];
      expect(await host.call('firewall.set', { app: 'shop', rules })).toEqual({
        added: 1,
        removed: 0,
        firewall: kind,
      });
      expect(await host.call('firewall.set', { app: 'shop', rules })).toEqual({
        added: 0,
        removed: 0,
        firewall: kind,
      });
      expect([await reach(friend, host, 7001), await reach(stranger, host, 7001)]).toEqual([
        'open',
        'dropped',
      ]);
      expect([await reach(stranger, host, 7002), await reachFromHere(host, 22)]).toEqual(['open', true]);
      expect(await host.sh('curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:7001/')).toBe('200');

      // By IPv6 it is another address, with a rule of its own.
      const bySix = (from: Machine) => reach(from, host, 7001, host.machine.ipv6Address);
      expect([await bySix(friend), await bySix(stranger)]).toEqual(['dropped', 'dropped']);
      const six = [{ purpose: 'backend' as const, port: 7001, sources: [friend.ipv6Address] }];
      await host.call('firewall.set', { app: 'shop', rules: six });
      expect([await bySix(friend), await bySix(stranger), await reach(friend, host, 7001)]).toEqual([
        'open',
        'dropped',
        'dropped',
      ]);
      expect((await host.call('inventory', {})).firewallRules).toEqual([
        { app: 'shop', purpose: 'backend', port: 7001, source: friend.ipv6Address },
      ]);
      await host.call('firewall.set', { app: 'shop', rules });

      // Two apps on one port: the union; one's removal leaves the other's.
      const theirs = [
        { purpose: 'backend' as const, port: 7001, sources: [friend.address, stranger.address] },
      ];
      await host.call('firewall.set', { app: 'blog', rules: theirs });
      expect(await reach(stranger, host, 7001)).toBe('open');
      await host.call('firewall.set', { app: 'shop', rules: [] });
      expect([await reach(friend, host, 7001), await reach(stranger, host, 7001)]).toEqual(['open', 'open']);
      await host.call('firewall.set', {
        app: 'blog',
        rules: [{ ...theirs[0], purpose: 'backend', port: 7001, sources: [] }],
      });
      expect(await reach(friend, host, 7001)).toBe('dropped');
      expect((await host.call('inventory', {})).firewallRules).toEqual([]);

      await host.call('firewall.set', { app: 'blog', rules: [] });
      expect(await reach(friend, host, 7001)).toBe(kind === 'ufw' ? 'dropped' : 'open');
      await host.sh('systemctl stop port-7001 port-7002');
      if (kind === 'ufw') {
        await host.sh(
          'ufw --force delete allow 7002/tcp; ufw --force delete allow 22/tcp; ufw --force disable',
        );
        await host.sh('nft flush ruleset');
      }
    }),
);

test('rules lost to somebody’s flush come back with the next call, and with a restart of nftables', () =>
  onBoth(fleet, async (host) => {
    const rules = [{ purpose: 'backend' as const, port: 7001, sources: [friend.address] }];
    const table = 'nft list table inet fairlead 2>/dev/null || true';
    const unitState = 'systemctl is-active fairlead-firewall || true';
    await host.call('firewall.set', { app: 'shop', rules });
    const before = await host.sh(table);
    expect(before).toContain('7001');
    await host.sh('nft flush ruleset');
    expect((await host.call('inventory', {})).firewallRules).toEqual([]);
    await host.call('firewall.set', { app: 'shop', rules });
    expect(await host.sh(table)).toBe(before);
    // systemctl waits for nftables.service alone; the unit of the rules follows it within moments.
    await waitFor('the unit of the rules', async () => (await host.sh(unitState)) === 'active');
    await host.sh('systemctl restart nftables');
    await waitFor('the rules after the restart', async () => (await host.sh(table)) !== '');
    expect(await host.sh(table)).toBe(before);
    await host.sh('systemctl stop nftables');
  }));

test('hostile names, addresses and ports are refused by the host program itself', () =>
  onBoth(fleet, async (host) => {
    const before = await footprint(host);
    const good = { ...account('postgresql'), app: 'shop', listenAddress: null, addresses: [] };
    const inputs: [string, object][] = [
      ...['x"; DROP ROLE p;--', "x'@'%", 'postgres', 'pg_read_all_data', 'X', '-x', 'root'].flatMap(
        (name): [string, object][] => [
          ['database.ensure', { ...account('postgresql'), user: name }],
          ['database.ensure', { ...account('mariadb'), database: name }],
        ],
      ),
      ...[
        '0.0.0.0/0',
        '%',
        '10.0.0.2 trust',
        '0x7f000001',
        'all',
        '10.0.0.2\nhost all all all trust',
        'fe80::1%eth0',
      ].map((address): [string, object] => ['database.grant', { ...good, addresses: [address] }]),
      [
        'database.ensure',
        { ...account('postgresql'), password: `x'; DROP ROLE postgres; --\n\\! touch /tmp/canary` },
      ],
      [
        'database.ensure',
        { ...account('postgresql'), logins: [{ name: 'shop', password: 'short', way: 'any' }] },
      ],
      ...['80 down', 22, 0, 70_000, '5432'].map((port): [string, object] => [
        'firewall.set',
        { app: 'shop', rules: [{ purpose: 'backend', port, sources: [] }] },
      ]),
      [
        'firewall.set',
        {
          app: 'shop',
          rules: [{ purpose: 'backend', port: 7001, sources: ['1.1.1.1 accept; flush ruleset'] }],
        },
      ],
    ];
    const answers = await host.rawLines(
      inputs.map(([verb, input], index) =>
        JSON.stringify({ id: String(index), verb, fence: host.fence, input }),
      ),
    );
    for (const answer of answers) {
      expect(answer, JSON.stringify(inputs[Number(answer.id)])).toMatchObject({
        error: { code: 'invalid-input' },
      });
    }
    expect(answers).toHaveLength(inputs.length);
    expect(await footprint(host)).toBe(before);
    expect(await host.sh('ls /tmp/canary 2>&1 || true')).toContain('No such file');
  }));
