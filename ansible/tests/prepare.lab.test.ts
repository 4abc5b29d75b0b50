import { waitFor } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bootHosts, type Fleet, failure, type Host, type Needs, onBoth } from './prepared.ts';

const needs: Needs = {
  prepare_runtimes: ['node', 'php', 'python', 'static'],
  prepare_databases: ['postgresql', 'mariadb'],
};
const userSite = 'server { listen 8123; return 200 "the user\'s own"; }\n';
const canary = '/tmp/canary';

/** Holds the lock that apt takes, and tells systemd once it has it. */
const holdLock = `
import fcntl, os, socket, time
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
while True:
    time.sleep(60)
`;

let fleet: Fleet;
let untouched: string[];

/** Everything of the user's own under /etc/nginx, by content. */
const userFiles = (host: Host) =>
  host.sh(
    'cd /etc/nginx && find . -type f -not -path "./fairlead/*" -not -name "*fairlead*" | sort | xargs sha256sum; find . -type l | sort | xargs ls -l',
  );

beforeAll(async () => {
  fleet = await bootHosts(22, [
    { name: 'twelve', release: 12, image: 'stocked' },
    { name: 'thirteen', release: 13, image: 'stocked' },
  ]);
  await Promise.all(
    fleet.hosts.map((host) => host.machine.writeFile('/etc/nginx/conf.d/own.conf', userSite)),
  );
  untouched = await Promise.all(fleet.hosts.map(userFiles));
  const first = await Promise.all(fleet.hosts.map((host) => host.prepare(needs)));
  for (const result of first) expect(result).toMatchObject({ failed: 0 });
});
afterAll(() => fleet?.close());

test('a second run changes nothing', () =>
  onBoth(fleet, async (host) => {
    const again = await host.prepare(needs);
    expect(again).toMatchObject({ changed: 0, failed: 0 });
  }));

test('leaves every file of the user’s Nginx as it was, and serving', () =>
  onBoth(fleet, async (host) => {
    expect(await userFiles(host)).toBe(untouched[fleet.hosts.indexOf(host)]);
    expect(await host.sh('curl -s http://127.0.0.1:8123/')).toBe("the user's own");
    expect(await host.sh('curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1/')).toBe('200');
  }));

test('the host program answers, and says what the server is', () =>
  onBoth(fleet, async (host) => {
    const { hostname } = await host.call('hello', {});
    expect(hostname).toBe(host.machine.name);
    const facts = await host.call('facts', {});
    expect(facts).toMatchObject({
      hostname,
      os: { id: 'debian', versionId: String(host.machine.release) },
      nginx: { running: true, version: host.machine.release === 12 ? '1.22.1' : '1.26.3' },
      postgresql: { maxConnections: 100 },
      mariadb: { maxConnections: 151 },
      firewall: 'nftables',
    });
    expect(facts.nginx?.modules).toEqual(expect.arrayContaining(['stream', 'ssl', 'realip', 'v2']));
    expect(facts.addresses).toContainEqual({
      address: host.machine.address,
      family: 'ipv4',
      interface: 'host0',
    });
    expect(facts.node).toMatch(/^\d+\./);
    expect(facts.php).toMatch(/^8\./);
    expect(facts.python).toMatch(/^3\./);
  }));

test('the user that Fairlead signs in as may run the host program and nothing else', () =>
  onBoth(fleet, async (host) => {
    const as = (line: string) => host.machine.exec(['sh', '-c', line], { user: 'fairlead' });
    expect((await as('sudo -n /usr/lib/fairlead/host < /dev/null')).code).toBe(0);
    for (const line of [
      'sudo -n id',
      'sudo -n /usr/lib/fairlead/host --help < /dev/null',
      'sudo -n /bin/sh -c id',
      'sudo -n -u postgres /usr/lib/fairlead/host < /dev/null',
      'cat /etc/fairlead/apps/x.env || ls /etc/fairlead/apps',
    ]) {
      expect((await as(line)).code, line).not.toBe(0);
    }
  }));

test('puts back what was changed by hand', () =>
  onBoth(fleet, async (host) => {
    const before = await host.sh(
      'cat /etc/sudoers.d/fairlead /usr/lib/fairlead/host /usr/lib/fairlead/*/fairlead_host/main.py',
    );
    await host.sh(
      'echo "fairlead ALL=(ALL) NOPASSWD: ALL" >> /etc/sudoers.d/fairlead; echo broken > /usr/lib/fairlead/host; for f in /usr/lib/fairlead/*/fairlead_host/main.py; do echo broken > $f; done',
    );
    const { changed } = await host.prepare(needs);
    expect(changed).toBeGreaterThan(0);
    const after = await host.sh(
      'cat /etc/sudoers.d/fairlead /usr/lib/fairlead/host /usr/lib/fairlead/*/fairlead_host/main.py',
    );
    expect(after).toBe(before);
    await host.call('hello', {});
  }));

test('a base config that Nginx refuses is not placed', () =>
  onBoth(fleet, async (host) => {
    const before = await host.sh('sha256sum /etc/nginx/conf.d/fairlead.conf');
    const error = await failure(host.prepare(needs, { host_nginx_base: 'log_format fairlead;\n' }));
    expect(error.code).toBe('ansible-failed');
    expect(JSON.stringify(error.details)).toContain('invalid number of arguments');
    expect(await host.sh('sha256sum /etc/nginx/conf.d/fairlead.conf')).toBe(before);
    expect(await host.sh('nginx -t 2>&1')).toContain('successful');
  }));

test('a template in a value runs nowhere', () =>
  onBoth(fleet, async (host) => {
    const hostile = `# {{ lookup('pipe', 'touch ${canary}') }} $(touch ${canary})\n`;
    const base = await host.machine.readFile('/etc/nginx/conf.d/fairlead.conf');
    await host.prepare(needs, { host_nginx_base: base + hostile });
    expect(await host.machine.readFile('/etc/nginx/conf.d/fairlead.conf')).toBe(base + hostile);
    const bad = await failure(
      host.prepare(needs, { host_authorized_key: `ssh-ed25519 AAAA\n{{ lookup('pipe', 'id') }}` }),
    );
    expect(bad.code).toBe('ansible-failed');
    expect(await host.sh(`ls ${canary} 2>&1 || true`)).toContain('No such file');
  }));

test('installs what is missing, and names the lock when another program installs', () =>
  onBoth(fleet, async (host) => {
    const more: Needs = { ...needs, prepare_databases: [...needs.prepare_databases, 'redis'] };
    await host.sh('dpkg --purge --force-depends libnginx-mod-stream redis-server >/dev/null 2>&1');
    await host.machine.writeFile('/root/hold.py', holdLock);
    await host.sh('systemd-run --quiet --unit=hold --service-type=notify python3 /root/hold.py');
    const error = await failure(host.prepare(more, { packages_lock_timeout: 1 }));
    expect(error.code).toBe('package-lock-held');
    await host.sh('systemctl stop hold');
    expect((await host.prepare(more)).changed).toBeGreaterThan(0);
    expect((await host.call('facts', {})).redis).toMatch(/^[78]\./);
    // Debian starts one that asks nobody for a password.
    const own = 'systemctl is-active redis-server; systemctl is-enabled redis-server; true';
    expect(await host.sh(own)).toBe('inactive\ndisabled');
    expect(await host.sh('dpkg -s libnginx-mod-stream')).toContain('install ok installed');
  }));

test('Nginx starts again by itself after all of it was killed, and once an address that it listens on is there', () =>
  onBoth(fleet, async (host) => {
    const isRunning = async () => (await host.call('nginx.observe', {})).running;
    await host.sh('systemctl kill --signal=SIGKILL nginx; while pgrep -x nginx; do sleep 0.05; done');
    expect(await host.sh('ls /run/fairlead/nginx.sock')).toContain('nginx.sock');
    await waitFor('Nginx', isRunning);

    const late = '/etc/nginx/conf.d/late.conf';
    await host.machine.writeFile(late, 'server { listen 192.0.2.9:8099; return 204; }\n');
    await host.sh('systemctl stop nginx; systemctl start nginx || true');
    expect(await isRunning()).toBe(false);
    await host.sh('ip address add 192.0.2.9/32 dev lo');
    await waitFor('Nginx with its address', isRunning);
    // Whoever stops it has it stopped.
    await host.sh(`systemctl stop nginx; rm ${late}; ip address del 192.0.2.9/32 dev lo; sleep 2`);
    expect(await isRunning()).toBe(false);
    await host.sh('systemctl start nginx');
  }));
