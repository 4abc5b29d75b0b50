import { randomUUID } from 'node:crypto';
import type { GitRepository } from '@fairlead/lab';
import type { HostInput, HostLog } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

/** Values that shells, systemd, Podman's files and its own environment would each like to read as something else. */
const hostile = {
  LINES: 'one\ntwo\r\n\tthree\n',
  QUOTES: `a"b'c\`id\`d\\e\\\\f\\n`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable
  DOLLAR: '$HOME ${HOME} $(touch /tmp/canary) %i %h',
  EDGES: '  spaces  ',
  COMMENT: '# not; a comment',
  EMPTY: '',
  UNICODE: 'äö→𝄞',
  LONG: 'x'.repeat(65_536),
  PATH: '/mine:/bin',
  HOME: '/nowhere',
  LD_PRELOAD: '/nowhere.so',
  CONTAINERS_CONF: '/etc/shadow',
};

let fleet: Fleet;
let repository: GitRepository;
let commit: string;

beforeAll(async () => {
  fleet = await bootPrepared(85, { prepare_runtimes: ['docker'], prepare_databases: [] });
  const git = await fleet.lab.gitServer({ repos: ['docker-notes'] });
  repository = git.repo('docker-notes');
  const [host] = fleet.hosts as [Host];
  const busybox = Buffer.from(await host.sh('base64 -w0 /bin/busybox'), 'base64');
  commit = await repository.commit({ busybox, 'www/version.txt': '1' }, 'Busybox');
});
afterAll(() => fleet?.close());

afterEach(() =>
  onBoth(fleet, async (host) => {
    await host.call('app.remove', { app: 'shop' });
    expect(await host.call('app.remove', { app: 'shop' })).toEqual({ removed: [] });
    const nothing = {
      nginxFiles: [],
      firewallRules: [],
      databaseGrants: [],
      users: [],
      units: [],
      paths: [],
    };
    expect(await host.call('inventory', {})).toEqual(nothing);
    const traces = await host.sh(
      `grep -h fl-shop /etc/subuid /etc/subgid; find /etc /srv /var/lib /run /home /tmp -xdev -not -path "/var/lib/systemd/*" -name "*shop*" 2>/dev/null; getent passwd fl-shop; systemctl list-units --all --plain --no-legend "fairlead-shop*" "fairlead-build-*" "fairlead-command-*" "fairlead-run-*"; ps -eo comm= | grep -xE "podman|conmon|slirp4netns|rootlessport|exe"; true`,
    );
    expect(traces).toBe('');
  }),
);

const build = (releaseId: string, more: Partial<HostInput<'release.build'>> = {}) => ({
  app: 'shop',
  releaseId,
  runtime: 'docker' as const,
  repositoryUrl: repository.url,
  branch: 'main',
  commit,
  installCommand: null,
  buildCommand: null,
  timeoutSeconds: 120,
  container: { file: 'Dockerfile' },
  ...more,
});
const start = (releaseId: string, more: Partial<HostInput<'release.start'>> = {}) => ({
  app: 'shop',
  releaseId,
  runtime: 'docker' as const,
  colour: 'blue' as const,
  port: 30_000,
  startCommand: null,
  healthPath: '/',
  timeoutMs: 30_000,
  ...more,
});

async function built(host: Host, more: Partial<HostInput<'release.build'>> = {}) {
  const id = randomUUID();
  const logs: HostLog[] = [];
  await host.call('release.build', build(id, more), { onLog: (log) => logs.push(log) });
  return { id, log: logs.map(({ text }) => text).join('') };
}
const ensure = (host: Host, limits?: HostInput<'app.ensure'>['limits']) =>
  host.call('app.ensure', { app: 'shop', runtime: 'docker', ...(limits ? { limits } : {}) });
const ask = (host: Host, path: string, port = 30_000) =>
  host.sh(`curl -sS -m 5 http://127.0.0.1:${port}${path}`);

test('an image is built and started as the app’s user; its container finds the app’s variables as they are, and nothing of Podman’s is led by them', () =>
  onBoth(fleet, async (host) => {
    expect(await ensure(host)).toEqual({ user: 'fl-shop', changed: true });
    expect(await ensure(host)).toEqual({ user: 'fl-shop', changed: false });
    expect(await host.sh('grep -c ^fl-shop: /etc/subuid; grep -c ^fl-shop: /etc/subgid')).toBe('1\n1');
    await host.call('app.env', { app: 'shop', env: hostile });
    const { id, log } = await built(host);
    expect(log).toContain('STEP');
    expect(await host.sh(`ls -A /srv/fairlead/shop/releases/${id}`)).toBe('.fairlead');
    const started = await host.call('release.start', start(id));
    expect(started).toMatchObject({ started: true });
    expect(await host.call('release.start', start(id))).toMatchObject({ started: false });
    await host.call('release.activate', { app: 'shop', releaseId: id });

    const found = Object.fromEntries(
      (await ask(host, '/cgi-bin/environment | tr "\\0" "\\1"'))
        .split('\u0001')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(found).toMatchObject({ ...hostile, PORT: '8080', HOST: '0.0.0.0', FAIRLEAD_RELEASE: id });
    expect(JSON.parse(await ask(host, '/cgi-bin/whoami'))).toMatchObject({ version: '1', user: '0' });
    // Root of the container is the app's user, and its port is nobody's beside this machine.
    expect(
      await host.sh('ps -o user= -p "$(pgrep -x httpd | head -1)"; ss -Hltn sport = :30000 | cut -c1-60'),
    ).toMatch(/^fl-shop\n.*127\.0\.0\.1:30000/);
    expect(await host.sh('cat /proc/*/cmdline | tr "\\0" " " | grep -c "[x]\\{1000\\}" || true')).toBe('0');
    const unit = 'fairlead-shop@blue.service';
    expect(
      await host.sh(
        `systemctl show -P NRestarts ${unit}; journalctl -u ${unit} -o cat | grep -c rror || true`,
      ),
    ).toBe('0\n0');

    await host.machine.reboot();
    await expect.poll(() => ask(host, '/').catch(String)).toContain('Notes');
    await host.sh(`systemctl kill -s KILL ${unit}`);
    await expect.poll(() => ask(host, '/').catch(String)).toContain('Notes');

    const begun = Date.now();
    expect(await host.call('release.stop', { app: 'shop', colour: 'blue', timeoutMs: 15_000 })).toEqual({
      stopped: true,
    });
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(await host.sh('ls -A /srv/fairlead/shop/containers')).toBe('');
  }));

test('a start command runs by the image’s shell, and each of its processes is asked to end', () =>
  onBoth(fleet, async (host) => {
    await ensure(host);
    const { id } = await built(host);
    const startCommand = 'trap "echo the shell ends" TERM; httpd -f -p $PORT -h www; echo httpd ended';
    await host.call('release.start', start(id, { startCommand }));
    await host.call('release.stop', { app: 'shop', colour: 'blue', timeoutMs: 15_000 });
    const log = await host.sh('journalctl --sync; journalctl -u fairlead-shop@blue.service -o cat');
    expect(log).toContain('the shell ends');
    expect(log).toContain('httpd ended');
    const error = await failure(host.call('release.start', start(id, { startCommand: 'echo gone; exit 3' })));
    expect(error).toMatchObject({
      code: 'start-failed',
      details: { exitCode: 3, log: expect.stringContaining('gone') },
    });
    const silent = await failure(
      host.call('release.start', start(id, { containerPort: 9, startCommand: 'sleep 60', timeoutMs: 3_000 })),
    );
    expect(silent.code).toBe('never-healthy');
  }));

test('limits hold for what is in the container, and a process that takes too much is told of', () =>
  onBoth(fleet, async (host) => {
    await ensure(host, { memoryMib: 200, cpuPercent: null, tasks: 300 });
    const { id } = await built(host);
    await host.call('release.start', start(id));
    const startCommand = 'dd if=/dev/zero of=/dev/null bs=400M';
    const error = await failure(
      host.call('release.start', start(id, { colour: 'green', port: 30_001, startCommand })),
    );
    expect(error).toMatchObject({ code: 'start-failed', details: { killedForMemory: true } });
    expect(await ask(host, '/')).toContain('Notes');
  }));

test('release command, workers, cron entries and commands run in the image', () =>
  onBoth(fleet, async (host) => {
    await ensure(host);
    await host.call('app.env', { app: 'shop', env: { MARK: 'of the app' } });
    const { id } = await built(host, { sharedFolders: ['data'] });
    const logs: string[] = [];
    const onLog = (log: HostLog) => logs.push(log.text);
    const command = 'echo "command: $MARK $FAIRLEAD_RELEASE" | tee data/proof; exit 0';
    await host.call(
      'release.command',
      { app: 'shop', releaseId: id, runId: randomUUID(), command, timeoutSeconds: 60 },
      { onLog },
    );
    expect(logs.join('')).toContain(`command: of the app ${id}`);
    const failed = await failure(
      host.call('release.command', {
        app: 'shop',
        releaseId: id,
        runId: randomUUID(),
        command: 'exit 7',
        timeoutSeconds: 60,
      }),
    );
    expect(failed).toMatchObject({ code: 'command-failed', details: { exitCode: 7 } });
    expect(await host.sh('cat /srv/fairlead/shop/shared/data/proof')).toContain('of the app');

    const ran = await host.call(
      'process.run',
      {
        app: 'shop',
        releaseId: id,
        runId: randomUUID(),
        command: 'cat data/proof; printf "no line"; exit 4',
        memoryMib: null,
        timeoutSeconds: 60,
      },
      { onLog },
    );
    expect(ran).toMatchObject({ exitCode: 4 });
    expect(logs.join('').match(/command: of the app/g)).toHaveLength(2);
    expect(logs.join('')).toMatch(/no line$/);

    const runId = randomUUID();
    const long = host.call('process.run', {
      app: 'shop',
      releaseId: id,
      runId,
      command: 'sleep 600',
      memoryMib: null,
      timeoutSeconds: 600,
    });
    await expect.poll(() => host.sh('pgrep -fc "[s]leep 600" || true')).not.toBe('0');
    await host.call('process.end', { app: 'shop', runId });
    // Which of the two writes down the end is a matter of moments.
    expect(['cancelled', 'gone', 'success']).toContain((await long).result);

    const worker = {
      name: 'queue',
      kind: 'worker' as const,
      command: 'echo "works $FAIRLEAD_INSTANCE"; exec sleep 900',
      count: 2,
      stopTimeoutSeconds: 10,
      memoryMib: null,
    };
    const set = await host.call('process.set', {
      app: 'shop',
      releaseId: id,
      processes: [worker],
      settleMs: 500,
      timeoutMs: 30_000,
    });
    expect(set.started).toHaveLength(2);
    expect(
      await host.sh('journalctl --sync; journalctl -u "fairlead-shop.queue@*" -o cat | grep works | sort'),
    ).toBe('works 1\nworks 2');
    await host.call('process.set', {
      app: 'shop',
      releaseId: id,
      processes: [],
      settleMs: 0,
      timeoutMs: 30_000,
    });
    expect(await host.sh('ls -A /srv/fairlead/shop/containers')).toBe('');
  }));
