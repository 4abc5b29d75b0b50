import { randomUUID } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { fromWheels, makeWheels, waitFor } from '@fairlead/lab';
import { backendSpecSchema, renderBackend } from '@fairlead/nginx';
import { type HostInput, type HostLog, hostCall } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

const files = {
  'package.json': '{"name":"echo","version":"1.0.0"}\n',
  'server.js': `require('http').createServer((request, response) => response.end(JSON.stringify(process.env))).listen(process.env.PORT, process.env.HOST);\n`,
  'public/index.php': `<?php header('Content-Type: application/json'); echo json_encode(getenv());\n`,
  'index.html': 'static page',
  'requirements.txt': 'uvicorn\n',
  'asgi.py': `import os, sys

async def app(scope, receive, send):
    if scope['type'] == 'lifespan':
        return
    body = f"{sys.prefix} {os.environ['VIRTUAL_ENV']} {os.environ['LINES']}".encode()
    await send({'type': 'http.response.start', 'status': 200, 'headers': []})
    await send({'type': 'http.response.body', 'body': body})
`,
};

/** Values that shells, systemd, PHP-FPM and Nginx would each like to read as something else. */
const hostile = {
  LINES: 'one\ntwo\r\n\tthree\n',
  QUOTES: `a"b'c\`id\`d\\e\\\\f\\n`,
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable
  DOLLAR: '$HOME ${HOME} $(touch /tmp/canary) %i %h',
  ONLY_DOLLAR: '$HOME',
  EDGES: '  spaces  ',
  COMMENT: '# not; a comment',
  EMPTY: '',
  UNICODE: 'äö→𝄞',
  PEM: `-----BEGIN KEY-----\n${'QUJD\n'.repeat(40)}-----END KEY-----\n`,
  LONG: 'x'.repeat(65_536),
};

let fleet: Fleet;
let url: string;
let commit: string;
let vanish: () => Promise<void>;
let restore: () => Promise<void>;

beforeAll(async () => {
  fleet = await bootPrepared(23, {
    prepare_runtimes: ['node', 'php', 'python', 'static'],
    prepare_databases: [],
  });
  const git = await fleet.lab.gitServer({ repos: [{ name: 'echo', sample: 'static-site' }] });
  const repository = git.repo('echo');
  commit = await repository.commit(files, 'Echo');
  url = repository.url;
  vanish = async () => repository.vanish();
  restore = async () => repository.restore();
});
afterAll(() => fleet?.close());

afterEach(() =>
  onBoth(fleet, async (host) => {
    const { nginxFiles } = await host.call('inventory', {});
    if (nginxFiles.length > 0) await host.call('nginx.apply', { files: [{ ...noSite, generation: 99 }] });
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
    // The inventory is the host program's own word: look without it.
    const traces = await host.sh(
      `find /etc /srv /var/lib /run /home /usr/local /tmp /var/log/nginx -xdev -not -path "/var/lib/systemd/*" -name "*shop*" 2>/dev/null; getent passwd fl-shop; systemctl list-units --all --plain --no-legend "fairlead-shop*" "fairlead-build-*" "fairlead-command-*"; true`,
    );
    expect(traces).toBe('');
    expect(await host.sh('ls /tmp/canary 2>&1 || true')).toContain('No such file');
  }),
);

const build = (releaseId: string, more: Partial<HostInput<'release.build'>> = {}) => ({
  app: 'shop',
  releaseId,
  runtime: 'node' as const,
  repositoryUrl: url,
  branch: 'main',
  commit,
  installCommand: null,
  buildCommand: null,
  timeoutSeconds: 120,
  ...more,
});
const start = (releaseId: string, more: Partial<HostInput<'release.start'>> = {}) => ({
  app: 'shop',
  releaseId,
  runtime: 'node' as const,
  colour: 'blue' as const,
  port: 30_000,
  startCommand: 'node server.js',
  healthPath: '/',
  timeoutMs: 30_000,
  ...more,
});
const noSite = { kind: 'backend' as const, app: 'shop', content: null, generation: 1, listens: [] };

/** Puts the app's own Nginx before it, as the control plane renders it, and answers its address. */
async function serve(host: Host, target: object, generation = 1): Promise<string> {
  const spec = backendSpecSchema.parse({
    kind: 'backend',
    app: 'shop',
    generation,
    listenAddress: host.machine.address,
    listenPort: 20_000,
    balancerAddresses: [fleet.lab.gateway],
    target,
  });
  const { content, listens } = renderBackend(spec, { version: [1, 22, 1], modules: ['realip'] });
  await host.call('nginx.apply', { files: [{ kind: 'backend', app: 'shop', content, generation, listens }] });
  return `http://${host.machine.address}:20000`;
}

const ensure = (host: Host, runtime: 'node' | 'php' | 'python' | 'static' = 'node') =>
  host.call('app.ensure', { app: 'shop', runtime });

test('a Node.js release is built, started, activated; each a second time changes nothing', () =>
  onBoth(fleet, async (host) => {
    const id = randomUUID();
    expect(await ensure(host)).toEqual({ user: 'fl-shop', changed: true });
    expect(await ensure(host)).toEqual({ user: 'fl-shop', changed: false });
    const env = { app: 'shop', env: hostile };
    expect(await host.call('app.env', env)).toMatchObject({ changed: true });
    expect(await host.call('app.env', env)).toMatchObject({ changed: false });
    expect(await host.sh('stat -c "%a %U" /etc/fairlead/apps/shop.env')).toBe('600 root');

    const logs: HostLog[] = [];
    const input = build(id, {
      installCommand: 'echo installing; id -un',
      buildCommand: 'echo built > made.txt',
    });
    const built = await host.call('release.build', input, { onLog: (log) => logs.push(log) });
    expect(built).toMatchObject({ commit, reused: false, path: `/srv/fairlead/shop/releases/${id}` });
    expect(logs.map((log) => log.text).join('')).toMatch(
      /\$ echo installing.*\ninstalling\nfl-shop\n\$ echo built/s,
    );
    expect(await host.sh(`cat ${built.path}/made.txt; ls -a ${built.path} | grep -c '^.git$' || true`)).toBe(
      'built\n0',
    );
    expect(await host.call('release.build', input)).toMatchObject({ reused: true });

    expect(await host.call('release.start', start(id))).toMatchObject({ started: true });
    expect(await host.call('release.start', start(id))).toMatchObject({ started: false });
    expect(await host.call('release.activate', { app: 'shop', releaseId: id })).toEqual({
      previous: null,
      changed: true,
    });
    expect(await host.call('release.activate', { app: 'shop', releaseId: id })).toEqual({
      previous: id,
      changed: false,
    });
    expect(await host.call('release.observe', { app: 'shop' })).toEqual({
      current: id,
      releases: [id],
      colours: [
        { colour: 'blue', active: true, releaseId: id, port: 30_000 },
        { colour: 'green', active: false, releaseId: null, port: null },
      ],
      service: { restarts: 0, memoryBytes: expect.any(Number), memoryMaxBytes: null },
    });

    const found = JSON.parse(await host.sh('curl -s http://127.0.0.1:30000/')) as Record<string, string>;
    expect(found).toMatchObject({
      ...hostile,
      PORT: '30000',
      HOST: '127.0.0.1',
      NODE_ENV: 'production',
      FAIRLEAD_RELEASE: id,
      FAIRLEAD_COMMIT: commit,
      FAIRLEAD_SERVER: host.machine.name,
      USER: 'fl-shop',
    });
  }));

test('a Python release is served for ASGI from a virtual environment of its own, which sees nothing of the system’s', () =>
  onBoth(fleet, async (host) => {
    await makeWheels(host.machine, ['uvicorn', 'click', 'h11', 'asgiref']);
    const id = randomUUID();
    await ensure(host, 'python');
    await host.call('app.env', { app: 'shop', env: { ...fromWheels, LINES: hostile.LINES } });
    const python = { runtime: 'python' as const, installCommand: 'pip install -r requirements.txt' };
    const seen = `python -c 'import gunicorn' 2>&1 | tail -n 1; which pip`;
    const logs: HostLog[] = [];
    const built = await host.call('release.build', build(id, { ...python, buildCommand: seen }), {
      onLog: (log) => logs.push(log),
    });
    const said = logs.map((log) => log.text).join('');
    expect(said).toMatch(/\$ python3 -m venv \.venv\n\$ pip install.*Successfully installed.*uvicorn/s);
    expect(said).toContain(`No module named 'gunicorn'\n${built.path}/.venv/bin/pip\n`);
    const command = 'uvicorn --host 127.0.0.1 --port $PORT asgi:app';
    await host.call('release.start', start(id, { ...python, startCommand: command }));
    const blue = '/srv/fairlead/shop/blue/.venv';
    const address = await serve(host, { runtime: 'node', port: 30_000 });
    expect(await (await fetch(address)).text()).toBe(`${built.path}/.venv ${blue} ${hostile.LINES}`);
    const failed = await failure(
      host.call('release.build', build(randomUUID(), { ...python, installCommand: 'pip install no-such' })),
    );
    expect(failed).toMatchObject({ code: 'build-failed', details: { exitCode: 1, command: 'install' } });
  }));

test('the active colour comes back after a reboot, the other does not', () =>
  onBoth(fleet, async (host) => {
    const [first, second] = [randomUUID(), randomUUID()];
    await ensure(host);
    for (const [id, colour, port] of [
      [first, 'blue', 30_000],
      [second, 'green', 30_001],
    ] as const) {
      await host.call('release.build', build(id));
      await host.call('release.start', start(id, { colour, port }));
      await host.call('release.activate', { app: 'shop', releaseId: id });
    }
    await host.machine.reboot();
    await waitFor('the app after the reboot', async () => {
      const { colours } = await host.call('release.observe', { app: 'shop' });
      return colours[1]?.active === true;
    });
    const { current, colours } = await host.call('release.observe', { app: 'shop' });
    expect(current).toBe(second);
    expect(colours[0]).toMatchObject({ colour: 'blue', active: false });
    await waitFor(
      'its answer',
      async () => (await host.sh('curl -s http://127.0.0.1:30001/ || true')) !== '',
    );
    expect(await host.call('release.stop', { app: 'shop', colour: 'green', timeoutMs: 5000 })).toEqual({
      stopped: true,
    });
    expect(await host.call('release.stop', { app: 'shop', colour: 'green', timeoutMs: 5000 })).toEqual({
      stopped: false,
    });
  }));

test('verbs in a sequence are done in their order; the first that fails ends it, and says which it was', () =>
  onBoth(fleet, async (host) => {
    const [id, next] = [randomUUID(), randomUUID()];
    const ensured = hostCall('app.ensure', { app: 'shop', runtime: 'node' });
    const logs: HostLog[] = [];
    const [, built, started, seen] = await host.client.sequence(
      [
        ensured,
        hostCall('release.build', build(id, { buildCommand: 'echo from the build' })),
        hostCall('release.start', start(id)),
        hostCall('release.observe', { app: 'shop' }),
      ],
      { fence: host.fence, onLog: (log) => logs.push(log) },
    );
    expect([built.reused, started.started]).toEqual([false, true]);
    expect(seen.colours[0]).toMatchObject({ colour: 'blue', active: true, releaseId: id });
    expect(logs.map(({ text }) => text).join('\n')).toContain('from the build');
    const failed = await failure(
      host.client.sequence(
        [
          hostCall('release.build', build(next, { buildCommand: 'exit 7' })),
          hostCall('release.stop', { app: 'shop', colour: 'blue', timeoutMs: 5000 }),
        ],
        { fence: host.fence },
      ),
    );
    expect(failed).toMatchObject({ code: 'build-failed', details: { exitCode: 7, verb: 'release.build' } });
    const { colours } = await host.call('release.observe', { app: 'shop' });
    expect(colours[0]?.active).toBe(true);
    const raw = async (calls: unknown) =>
      (await host.raw({ verb: 'sequence', fence: host.fence, input: { calls } }))?.error;
    const facts = { verb: 'facts', input: {} };
    expect(await raw([{ verb: 'sequence', input: { calls: [facts] } }])).toMatchObject({
      code: 'invalid-input',
    });
    expect(await raw(Array.from({ length: 17 }, () => facts))).toMatchObject({ code: 'invalid-input' });
    expect(await raw([facts, { verb: 'no-such', input: {} }])).toMatchObject({ code: 'invalid-input' });
    expect(await host.raw({ verb: 'sequence', input: { calls: [facts] } })).toMatchObject({ ok: false });
    host.token += 1;
    await host.call('app.ensure', { app: 'shop', runtime: 'node' });
    const old = { operationId: 'op-old', token: String(host.token - 1) };
    expect((await failure(host.client.sequence([ensured], { fence: old }))).code).toBe('fenced-off');
  }));

test('a sequence says what is done while it goes on, begins nothing once it is withdrawn, and starts only what is idle', () =>
  onBoth(fleet, async (host) => {
    const [id, next, third] = [randomUUID(), randomUUID(), randomUUID()];
    const { signal } = new AbortController();
    const ensured = hostCall('app.ensure', { app: 'shop', runtime: 'node' });
    const built = (releaseId: string, buildCommand: string | null) =>
      hostCall('release.build', build(releaseId, { buildCommand }));
    const begun = (releaseId: string) => hostCall('release.start', { ...start(releaseId), onlyIfIdle: true });
    const [[, first], answer] = await host.client.sequenceOnto([ensured, built(id, null)], begun(id), {
      fence: host.fence,
      first: { signal },
    });
    expect(first.reused).toBe(false);
    expect(await answer).toMatchObject({ started: true });
    // What runs there already goes on; what is something else is left alone.
    const again = [hostCall('release.observe', { app: 'shop' }), begun(id)] as const;
    expect((await host.client.sequence(again, { fence: host.fence }))[1]).toMatchObject({ started: false });
    const other = [built(next, null), begun(next)] as const;
    expect((await host.client.sequence(other, { fence: host.fence }))[1]).toEqual({
      started: false,
      healthyAfterMs: 0,
      occupied: true,
    });
    await host.call('release.stop', { app: 'shop', colour: 'blue', timeoutMs: 5000 });

    const abort = new AbortController();
    const cut = host.client.sequenceOnto([built(third, 'sleep 2; echo built')], begun(third), {
      fence: host.fence,
      first: abort,
      onLog: () => abort.abort(),
    });
    expect((await failure(cut)).code).toBe('cancelled');
    await waitFor('the build ended', async () => {
      const { releases } = await host.call('release.observe', { app: 'shop' });
      return releases.includes(third);
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const { colours } = await host.call('release.observe', { app: 'shop' });
    expect(colours.map(({ active }) => active)).toEqual([false, false]);
  }));

test('what fails says why, leaves the other colour serving, and works once its cause is gone', () =>
  onBoth(fleet, async (host) => {
    const [good, bad] = [randomUUID(), randomUUID()];
    await ensure(host);
    await host.call('release.build', build(good));
    await host.call('release.start', start(good));

    const failed = await failure(host.call('release.build', build(bad, { buildCommand: 'echo no; exit 7' })));
    expect(failed).toMatchObject({ code: 'build-failed', details: { exitCode: 7, command: 'build' } });
    const slow = await failure(
      host.call('release.build', build(bad, { buildCommand: 'sleep 60', timeoutSeconds: 10 })),
    );
    expect(slow.message).toContain('longer than 10 s');
    expect((await failure(host.call('release.build', build(bad, { commit: 'f'.repeat(40) })))).code).toBe(
      'commit-not-found',
    );
    expect((await failure(host.call('release.start', start(bad)))).code).toBe('conflict');
    await host.call('release.build', build(bad));

    const green = { colour: 'green' as const, port: 30_001 };
    const dead = await failure(
      host.call('release.start', start(bad, { ...green, startCommand: 'echo told you; exit 3' })),
    );
    expect(dead).toMatchObject({ code: 'start-failed', details: { exitCode: 3 } });
    expect(JSON.stringify(dead.details)).toContain('told you');
    const mute = await failure(
      host.call('release.start', start(bad, { ...green, startCommand: 'sleep 60', timeoutMs: 1500 })),
    );
    expect(mute).toMatchObject({ code: 'never-healthy', details: { lastAnswer: 'connection refused' } });
    const taken = await failure(host.call('release.start', start(bad, { ...green, port: 30_000 })));
    expect(taken).toMatchObject({ code: 'port-taken', details: { port: 30_000 } });
    expect(await host.sh('curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:30000/')).toBe('200');
    expect(await host.call('release.start', start(bad, green))).toMatchObject({ started: true });
  }));

test('a repository that is gone is named as that, and built from when it is back', async () => {
  await onBoth(fleet, async (host) => void (await ensure(host)));
  await vanish();
  await onBoth(fleet, async (host) => {
    const error = await failure(host.call('release.build', build(randomUUID())));
    expect(error.code).toBe('repository-unreachable');
  });
  await restore();
  await onBoth(fleet, async (host) => {
    expect(await host.call('release.build', build(randomUUID()))).toMatchObject({ reused: false });
  });
});

test('a build goes on when the connection drops, and the next call joins it from its first line', () =>
  onBoth(fleet, async (host) => {
    const id = randomUUID();
    await ensure(host);
    const command =
      'echo begun; echo x >> ../../shared/runs; while [ ! -e ../../shared/go ]; do sleep 0.1; done; echo done';
    const logs: string[] = [];
    let isBegun = false;
    const call = host.call('release.build', build(id, { buildCommand: command }), {
      onLog: (log) => {
        logs.push(log.text);
        isBegun ||= logs.join('').includes('\nbegun\n');
      },
    });
    await waitFor('the build’s first line', () => isBegun);
    logs.length = 0;
    await host.sh('pkill -KILL -u fairlead sshd || pkill -KILL -f "sshd.*fairlead"');
    await waitFor('the joined log', () => logs.join('').includes('\nbegun\n'));
    await host.sh('touch /srv/fairlead/shop/shared/go');
    await call;
    expect(await host.sh('wc -l < /srv/fairlead/shop/shared/runs')).toBe('1');
    expect(logs.join('')).toMatch(/begun\ndone\n$/);
  }));

test('a release command runs once, whoever asks meanwhile joins it, and that of another run is refused', () =>
  onBoth(fleet, async (host) => {
    const releaseId = randomUUID();
    await ensure(host);
    await host.call('app.env', { app: 'shop', env: hostile });
    await host.call('release.build', build(releaseId));
    const [mine, other] = [randomUUID(), randomUUID()];
    const ask = (runId: string, command: string) =>
      host.call('release.command', { app: 'shop', releaseId, runId, command, timeoutSeconds: 60 });
    const command =
      'echo "$(id -un) $PWD" >> ../../shared/runs; while [ ! -e ../../shared/on ]; do sleep 0.1; done';
    const runs = () => host.sh('cat /srv/fairlead/shop/shared/runs 2>/dev/null || true');
    const first = ask(mine, command);
    await waitFor('the command', async () => (await runs()) !== '');
    const second = ask(mine, command);
    expect((await failure(ask(other, 'true'))).code).toBe('conflict');
    await host.sh('touch /srv/fairlead/shop/shared/on');
    const answers = [await first, await second];
    expect(answers.map(({ ran }) => ran).sort()).toEqual([false, true]);
    expect(await ask(mine, command)).toMatchObject({ ran: false });
    expect(await runs()).toBe(`fl-shop /srv/fairlead/shop/releases/${releaseId}`);
    const failed = await failure(ask(other, 'exit 3'));
    expect(failed).toMatchObject({ code: 'command-failed', details: { exitCode: 3 } });
    // Its own words, whatever is in them.
    const words = '$' + '{HOME} %n "quoted" $$';
    expect(await ask(other, `echo '${words}' > ../../shared/words`)).toMatchObject({ ran: true });
    expect(await host.sh('cat /srv/fairlead/shop/shared/words')).toBe(words);
  }));

test('the tenant’s commands are an unprivileged user’s, and see nothing of the system’s or another app’s', () =>
  onBoth(fleet, async (host) => {
    await ensure(host);
    await host.call('app.ensure', { app: 'other', runtime: 'node' });
    await host.call('app.env', { app: 'other', env: { SECRET: 'theirs' } });
    const attempts = [
      'sudo -n id',
      'cat /etc/fairlead/apps/other.env',
      'ls /srv/fairlead/other',
      'ls /var/lib/fairlead/apps',
      'touch /etc/canary',
      'touch /srv/fairlead/shop/current',
      'ls /home/admin',
      'cat /etc/shadow',
      'mount -t tmpfs x /mnt',
      'kill -0 1',
    ];
    const script = attempts.map((line) => `(${line}) >/dev/null 2>&1 && echo "LEAK ${line}"`).join('; ');
    const logs: string[] = [];
    const control = 'id -u > /dev/null && echo "LEAK control"';
    await host.call('release.build', build(randomUUID(), { buildCommand: `${script}; ${control}; true` }), {
      onLog: (log) => logs.push(log.text),
    });
    const leaks = logs.join('').match(/^LEAK .*$/gm);
    expect(leaks).toEqual(['LEAK control']);
    await host.call('app.remove', { app: 'other' });
  }));

test('what the tenant’s commands leave in the place of the builder’s own notes holds nobody up', () =>
  onBoth(fleet, async (host) => {
    await ensure(host, 'static');
    const notes = ['outcome', 'manifest'];
    const tricks = [
      (name: string) => `mkfifo "$PWD.${name}"`,
      (name: string) => `mkdir -p "$PWD.${name}/x"`,
      (name: string) => `truncate -s 20G "$PWD.${name}"`,
      (name: string) => `ln -s /etc/shadow "$PWD.${name}"`,
    ];
    for (const trick of tricks) {
      const lines = notes.map((name) => `rm -rf "$PWD.${name}"; ${trick(name)}`).join('; ');
      const id = randomUUID();
      const buildCommand = `${lines}; kill -9 $PPID`;
      const failed = await failure(
        host.call('release.build', build(id, { runtime: 'static', buildCommand })),
      );
      expect(failed.code).toBe('build-failed');
      expect(failed.message).not.toContain('root:');
      // The builder's own list takes the place of what it may write over; what it may not is no list.
      await host.call('release.build', build(id, { runtime: 'static', buildCommand: lines }));
      expect(await host.sh(`ls -d /srv/fairlead/shop/releases/${id}.* 2>/dev/null || true`)).toBe('');
    }
  }));

test('PHP gets every value, and a new release or environment without losing a request', () =>
  onBoth(fleet, async (host) => {
    const [first, second] = [randomUUID(), randomUUID()];
    await ensure(host, 'php');
    await host.call('app.env', { app: 'shop', env: hostile });
    await host.call('release.build', build(first, { runtime: 'php' }));
    await host.call('release.activate', { app: 'shop', releaseId: first });
    const root = '/srv/fairlead/shop/current/public';
    const address = await serve(host, { runtime: 'php', root, socket: '/run/php/fairlead-shop.sock' });
    const ask = async () => (await (await fetch(address)).json()) as Record<string, string>;
    expect(await ask()).toMatchObject({ ...hostile, FAIRLEAD_RELEASE: first, FAIRLEAD_COMMIT: commit });

    const seen = { answers: 0, failures: [] as string[], isOver: false };
    const load = (async () => {
      while (!seen.isOver) {
        const response = await fetch(address).catch((error: unknown) => String(error));
        if (typeof response === 'string' || response.status !== 200) {
          seen.failures.push(typeof response === 'string' ? response : String(response.status));
        } else await response.arrayBuffer();
        seen.answers += 1;
      }
    })();
    await host.call('release.build', build(second, { runtime: 'php' }));
    expect(await host.call('release.activate', { app: 'shop', releaseId: second })).toMatchObject({
      changed: true,
    });
    await host.call('app.env', { app: 'shop', env: { MOOD: '$new' } });
    expect(await host.call('release.activate', { app: 'shop', releaseId: second })).toMatchObject({
      changed: true,
    });
    expect(await host.call('release.activate', { app: 'shop', releaseId: second })).toMatchObject({
      changed: false,
    });
    seen.isOver = true;
    await load;
    expect(seen.failures).toEqual([]);
    expect(seen.answers).toBeGreaterThan(10);
    const now = await ask();
    expect(now).toMatchObject({ MOOD: '$new', FAIRLEAD_RELEASE: second });
    expect(now).not.toHaveProperty('QUOTES');

    await host.machine.reboot();
    await waitFor(
      'PHP after the reboot',
      async () => (await fetch(address).catch(() => null))?.status === 200,
    );
    expect(await ask()).toMatchObject({ FAIRLEAD_RELEASE: second });
  }));

test('a static release is live by its symlink', () =>
  onBoth(fleet, async (host) => {
    const id = randomUUID();
    await ensure(host, 'static');
    await host.call('release.build', build(id, { runtime: 'static' }));
    await host.call('release.activate', { app: 'shop', releaseId: id });
    const address = await serve(host, { runtime: 'static', root: '/srv/fairlead/shop/current' });
    expect(await (await fetch(address)).text()).toBe('static page');
    expect(await (await fetch(`${address}/.well-known/fairlead/health`)).text()).toContain('shop 1');
  }));

test('shared folders outlive releases, are served, and lead nowhere else', () =>
  onBoth(fleet, async (host) => {
    const [first, second] = [randomUUID(), randomUUID()];
    await ensure(host, 'static');
    const sharedFolders = ['public/uploads', 'storage'];
    const seed = 'mkdir -p public/uploads/a; echo seed > public/uploads/a/seed.txt; touch storage.txt';
    const input = { runtime: 'static' as const, sharedFolders };
    await host.call('release.build', build(first, { ...input, buildCommand: seed }));
    await host.call('release.activate', { app: 'shop', releaseId: first });
    const address = await serve(host, { runtime: 'static', root: '/srv/fairlead/shop/current/public' });
    const read = async (path: string) => (await fetch(`${address}${path}`)).text();
    expect(await read('/uploads/a/seed.txt')).toBe('seed\n');
    // As PHP writes an upload: in the folder's group, which is Nginx's.
    const as = (line: string) =>
      host.sh(`runuser -u fl-shop -- sh -c 'umask 027; cd /srv/fairlead/shop; ${line}'`);
    await as(
      'mkdir current/public/uploads/b; echo mine > current/public/uploads/b/new.txt; echo kept > current/storage/own',
    );
    expect(await read('/uploads/b/new.txt')).toBe('mine\n');

    const again =
      'mkdir -p public/uploads/a; echo other > public/uploads/a/seed.txt; echo two > public/uploads/two.txt';
    await host.call('release.build', build(second, { ...input, buildCommand: again }));
    await host.call('release.activate', { app: 'shop', releaseId: second });
    await host.call('release.prune', { app: 'shop', keep: 1, keepIds: [] });
    expect(await host.sh('ls /srv/fairlead/shop/releases')).toBe(second);
    expect(
      await Promise.all(['/uploads/a/seed.txt', '/uploads/b/new.txt', '/uploads/two.txt'].map(read)),
    ).toEqual(['seed\n', 'mine\n', 'two\n']);
    expect(await host.sh('cat /srv/fairlead/shop/current/storage/own')).toBe('kept');

    await host.sh('mkdir -m 777 /opt/outside');
    const escapes: [string, string][] = [
      ['public/uploads', 'mkdir -p public; ln -s /opt/outside public/uploads'],
      ['public/uploads', 'rm -rf public; ln -s /opt/outside public'],
      ['uploads', 'echo file > uploads'],
      ['x/y', 'ln -s /opt/outside /srv/fairlead/shop/shared/x'],
      [
        'z',
        'mkdir z; ln -s /opt/outside z/a; mkdir -p /srv/fairlead/shop/shared/z; ln -s /opt/outside /srv/fairlead/shop/shared/z/b; mkdir -p z/b; echo out > z/b/file',
      ],
    ];
    for (const [folder, buildCommand] of escapes) {
      const hostileBuild = build(randomUUID(), { runtime: 'static', sharedFolders: [folder], buildCommand });
      const outcome = await host
        .call('release.build', hostileBuild)
        .catch((error: { code: string }) => error);
      if (folder !== 'z') expect(outcome, buildCommand).toMatchObject({ code: 'build-failed' });
      expect(await host.sh('ls -A /opt/outside; stat -c "%U %a" /opt/outside'), buildCommand).toBe(
        'root 777',
      );
    }
    await host.sh('rmdir /opt/outside');
    expect(await read('/uploads/a/seed.txt')).toBe('seed\n');
  }));

test('pruning keeps the newest, what is current and what it is told', () =>
  onBoth(fleet, async (host) => {
    const ids = Array.from({ length: 5 }, () => randomUUID());
    await ensure(host, 'static');
    for (const id of ids) await host.call('release.build', build(id, { runtime: 'static' }));
    await host.call('release.activate', { app: 'shop', releaseId: ids[0] as string });
    const input = { app: 'shop', keep: 1, keepIds: [ids[1] as string] };
    expect(await host.call('release.prune', input)).toEqual({ removed: 2 });
    expect(await host.call('release.prune', input)).toEqual({ removed: 0 });
    const { releases } = await host.call('release.observe', { app: 'shop' });
    expect(releases.toSorted()).toEqual([ids[0], ids[1], ids[4]].toSorted());
    expect((await host.sh('ls /srv/fairlead/shop/releases')).split('\n')).toHaveLength(3);
  }));

test('a full disk during a build says so; with room the build works', () =>
  onBoth(fleet, async (host) => {
    const id = randomUUID();
    await ensure(host);
    await host.machine.fillDisk();
    expect((await failure(host.call('release.build', build(id)))).code).toBe('disk-full');
    await host.machine.freeDisk();
    expect(await host.call('release.build', build(id))).toMatchObject({ reused: false });
  }));

/** Sends what the second host lacks of a build of the first, and has it put together there. */
async function ship(
  from: Host,
  to: Host,
  releaseId: string,
  spoil: (data: string) => string = (data) => data,
  more: Partial<HostInput<'release.build'>> = {},
) {
  const of = { app: 'shop', releaseId };
  const { artifact } = await from.call('artifact.describe', of);
  if (artifact === null) throw new Error('the build has no manifest');
  const { digest, manifest } = artifact;
  const { present, places } = await to.call('artifact.compare', { ...of, manifest });
  let bytes = 0;
  if (!present && places.length > 0) {
    const packed = await from.call('artifact.pack', { ...of, digest, places });
    while (bytes < packed.bytes) {
      const { data } = await from.call('artifact.read', { ...of, name: packed.name, offset: bytes });
      const spoilt = spoil(data);
      // As after a lost answer: a piece that was written is written again.
      for (const _ of [1, 2]) await to.call('artifact.write', { ...of, offset: bytes, data: spoilt });
      bytes += Buffer.byteLength(data, 'base64');
    }
  }
  const built = await to.call(
    'release.build',
    build(releaseId, { runtime: 'static', artifact: digest, ...more }),
  );
  return { ...built, present, files: artifact.files, places, bytes };
}

test('what one server built is put together on another, file for file, and of the next build what differs is sent', async () => {
  const [from, to] = fleet.hosts as [Host, Host];
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  for (const host of [from, to]) await ensure(host, 'static');
  const odd = [
    'mkdir -p deep/er empty; head -c 9000000 /dev/urandom > deep/er/large; ln -s ../index.html deep/link; ln -s /etc/hostname away',
    "printf '#!/bin/sh\n' > run; chmod 750 run; : > 'with space'; printf x > \"$(printf 'odd\\377')\"; touch -d 2001-02-03 index.html; mkfifo pipe",
  ].join('; ');
  const make = (id: string, buildCommand: string) =>
    from.call('release.build', build(id, { runtime: 'static', buildCommand }));
  const tree = (host: Host, id: string) =>
    host.sh(
      `cd /srv/fairlead/shop/releases/${id}; find . ! -type p -printf '%p %y %m %Ts %l %u\n' | sed -E 's/ ([dl]) ([0-7]*) [0-9]*/ \\1 \\2/' | sort; find . -type f -exec sha256sum {} + | sort`,
    );
  await make(first, odd);
  expect(await from.call('artifact.describe', { app: 'shop', releaseId: first })).toMatchObject({
    artifact: { files: 11 },
  });
  const sent = await ship(from, to, first);
  expect(sent).toMatchObject({ present: false, reused: false, files: 11 });
  expect(sent.places).toHaveLength(11);
  expect(await tree(to, first)).toBe(await tree(from, first));
  expect(await ship(from, to, first)).toMatchObject({ present: true, reused: true, bytes: 0 });
  // The next build shares the large file.
  await make(second, `cp -a ../${first}/deep .; echo new > index.html`);
  const next = await ship(from, to, second);
  expect(next.places.length).toBeLessThan(next.files);
  expect(next.bytes).toBeLessThan(10_000);
  expect(await tree(to, second)).toBe(await tree(from, second));
  // What arrived damaged is no release; after that it is sent whole.
  await make(third, 'echo newer > index.html');
  const damaged = await failure(
    ship(from, to, third, (data) => Buffer.from(data, 'base64').fill(0).toString('base64')),
  );
  expect(damaged).toMatchObject({ code: 'conflict' });
  expect(await to.sh(`ls /srv/fairlead/shop/releases | grep -c ${third} || true`)).toMatch(/^[01]$/);
  // What was here and has changed since is not taken for what it was.
  await to.sh(`find /srv/fairlead/shop/releases -name server.js -exec sh -c 'echo changed > "$1"' _ {} ';'`);
  expect(await failure(ship(from, to, third))).toMatchObject({ code: 'conflict' });
  // What has changed where it was built is not sent as what was built.
  await from.sh(`echo changed > /srv/fairlead/shop/releases/${third}/index.html`);
  expect(await failure(ship(from, to, third))).toMatchObject({ code: 'conflict' });
  await from.sh(`ln -sfn /etc/shadow /srv/fairlead/shop/releases/${third}/index.html`);
  expect(await failure(ship(from, to, third))).toMatchObject({ code: 'conflict' });
  for (const host of [from, to]) {
    await host.call('artifact.drop', { app: 'shop', releaseId: third });
    await host.call('release.prune', { app: 'shop', keep: 1, keepIds: [] });
    const left = await host.sh(
      'cd /var/lib/fairlead/apps/shop; ls builds releases | grep -E "pack|manifest"',
    );
    expect(left.split('\n')).toHaveLength(1);
  }
});

test('a build is sent with what its shared folders held when it was built', async () => {
  const [from, to] = fleet.hosts as [Host, Host];
  const [first, second] = [randomUUID(), randomUUID()];
  const more = { runtime: 'static' as const, sharedFolders: ['public/uploads', 'storage'] };
  const buildCommand = 'mkdir -p public/uploads/a storage/logs; echo seed > public/uploads/a/seed.txt';
  for (const host of [from, to]) await ensure(host, 'static');
  for (const id of [first, second]) {
    await from.call('release.build', build(id, { ...more, buildCommand }));
    // What the app writes there since is not of the build.
    await from.sh(
      'echo mine | tee /srv/fairlead/shop/shared/public/uploads/a/seed.txt > /srv/fairlead/shop/shared/storage/own',
    );
    const { places, files: all } = await ship(from, to, id, undefined, more);
    expect(places).toHaveLength(id === first ? all : 0);
  }
  const there = '/srv/fairlead/shop/releases';
  expect(
    await to.sh(
      `readlink ${there}/${second}/public/uploads; cat ${there}/${second}/public/uploads/a/seed.txt`,
    ),
  ).toBe('/srv/fairlead/shop/shared/public/uploads\nseed');
  expect(await to.sh('cd /srv/fairlead/shop/shared/storage; find . | sort; stat -c "%a %U %G" logs')).toBe(
    '.\n./logs\n2750 fl-shop www-data',
  );
});

test('a branch’s name that a shell would run is a name', () =>
  onBoth(fleet, async (host) => {
    await ensure(host);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable
    const branch = 'main;$(touch${IFS}/tmp/canary)';
    const missing = build(randomUUID(), { branch, commit: 'f'.repeat(40) });
    expect((await failure(host.call('release.build', missing))).code).toBe('commit-not-found');
    expect(await host.sh('ls /tmp/canary 2>&1 || true')).toContain('No such file');
  }));

const id = '00000000-0000-4000-8000-000000000000';
const manifestOf = (entries: object) =>
  deflateSync(JSON.stringify({ files: [], folders: [], links: [], ...entries })).toString('base64');
test('hostile values are refused by the host program itself', () =>
  onBoth(fleet, async (host) => {
    await ensure(host);
    const inputs: [string, object][] = [
      ...[
        '--upload-pack=id',
        'ext::sh -c "touch /tmp/canary"',
        'file:///etc',
        'ssh://-oProxyCommand=id/x',
        '/etc',
        'http://a/\n-x',
      ].map((repositoryUrl): [string, object] => ['release.build', { ...build(id), repositoryUrl }]),
      ...['main id', '--upload-pack=x', '@{-1}', 'refs/heads/x\nid', '../x', '-x'].map(
        (branch): [string, object] => ['release.build', { ...build(id), branch }],
      ),
      ...[['../x'], ['/etc'], ['a/../../b'], ['.git'], ['a', 'a/b'], ['a', 'a'], ['a\nb'], 'a', [1]].map(
        (sharedFolders): [string, object] => ['release.build', { ...build(id), sharedFolders }],
      ),
      ['release.build', { ...build(id), commit: '--help' }],
      ['release.build', { ...build('../../../etc') }],
      ['release.build', { ...build(id), artifact: '../x' }],
      ['artifact.describe', { app: '../shop', releaseId: id }],
      ['artifact.compare', { app: 'shop', releaseId: id, manifest: 'bm8gemxpYg==' }],
      ...['../../etc/cron.d/x', '/etc/x', 'a//b', 'a/../../b', ''].map((path): [string, object] => [
        'artifact.compare',
        { app: 'shop', releaseId: id, manifest: manifestOf({ files: [[path, 420, 0, 1, 'a'.repeat(64)]] }) },
      ]),
      [
        'artifact.compare',
        { app: 'shop', releaseId: id, manifest: manifestOf({ folders: [['../up', 493]] }) },
      ],
      ['artifact.pack', { app: 'shop', releaseId: id, digest: 'a'.repeat(64), places: ['../x'] }],
      ['artifact.read', { app: 'shop', releaseId: id, name: '../../../../etc/shadow', offset: 0 }],
      ['artifact.write', { app: 'shop', releaseId: '../../x', offset: 0, data: '' }],
      ['artifact.write', { app: 'shop', releaseId: id, offset: -1, data: '' }],
      ['release.start', { ...start(id), healthPath: '/x { alias /etc/; }' }],
      ['release.start', { ...start(id), colour: '../blue' }],
      ['release.start', { ...start(id), port: '80 down' }],
      ['app.ensure', { app: '-rf', runtime: 'node' }],
      ['app.ensure', { app: 'а', runtime: 'node' }],
      ['app.ensure', { app: '$(touch /tmp/canary)', runtime: 'node' }],
      ['app.env', { app: 'shop', env: { 'A=B': 'x' } }],
      ['app.env', { app: 'shop', env: { 'A\nLD_PRELOAD': 'x' } }],
      ['app.env', { app: 'shop', env: { A: 'x\u0000y' } }],
      ['app.env', { app: 'shop', env: { A: 'x'.repeat(1_000_000) } }],
      ['app.remove', { app: '../..' }],
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
  }));
