import { waitFor } from '@fairlead/lab';
import type { HostInput } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { times } from '../../packages/nginx/testing/times.ts';
import { crashAt } from './crash.ts';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

type NginxFile = HostInput<'nginx.apply'>['files'][number];

let fleet: Fleet;
beforeAll(async () => {
  fleet = await bootPrepared(21, { prepare_runtimes: ['static'], prepare_databases: [] });
  // Reloads are counted in the error log, which has to say so.
  await onBoth(fleet, async (host) => {
    await host.sh(
      'sed -i "/^error_log/d; 1i error_log /var/log/nginx/error.log notice;" /etc/nginx/nginx.conf',
    );
    await host.sh('systemctl reload nginx');
  });
});
afterAll(() => fleet?.close());

/** A site on 127.0.0.1:<port> that answers `text`. */
const site = (app: string, generation: number, text: string, port = 20_000): NginxFile => ({
  kind: 'backend',
  app,
  generation,
  content: `server {\n  listen 127.0.0.1:${port};\n  return 200 "${text}";\n}\n`,
  listens: [{ address: '127.0.0.1', port }],
});
const gone = (app: string, generation: number): NginxFile => ({
  kind: 'backend',
  app,
  generation,
  content: null,
  listens: [],
});

/** What a test does on one machine. */
function on(host: Host) {
  const apply = (...files: NginxFile[]) => host.call('nginx.apply', { files });
  /** What is served once no worker of an earlier config accepts any more: observing waits for that. */
  const answer = async (port = 20_000) => {
    await host.call('nginx.observe', {});
    return host.sh(`curl -s http://127.0.0.1:${port}/ || true`);
  };
  const tree = () => host.sh('cd /etc/nginx && find . -type f | sort | xargs sha256sum');
  const master = () => host.sh('cat /run/nginx.pid');
  const reloads = () => host.sh('grep -c "signal 1 (SIGHUP) received" /var/log/nginx/error.log || true');

  return { apply, answer, tree, master, reloads };
}

const pids = new Map<Host, string>();
beforeEach(() =>
  onBoth(fleet, async (host) => {
    pids.set(host, await on(host).master());
  }),
);
afterEach(() =>
  onBoth(fleet, async (host) => {
    const { files } = await host.call('nginx.observe', {});
    if (files.length > 0) {
      const removal = files.map(({ app, kind, generation }) => ({ ...gone(app, generation), kind }));
      await host.call('nginx.apply', { files: removal });
    }
    const left =
      'ls -A /etc/nginx/fairlead/http /etc/nginx/fairlead/.staging /var/lib/fairlead/revisions /var/lib/fairlead/journal';
    expect(await host.sh(`${left} | grep -v : | grep . || true`)).toBe('');
    expect(await on(host).master(), 'Nginx was reloaded, never restarted').toBe(pids.get(host));
  }),
);

test('makes a file live, says so only when it is, and keeps the one before', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    const first = await apply(site('shop', 1, 'one'));
    expect(first).toMatchObject({ reloaded: true, files: [{ app: 'shop', generation: 1, changed: true }] });
    expect(await answer()).toBe('one');
    await apply(site('shop', 2, 'two'));
    const { running, files } = await host.call('nginx.observe', { app: 'shop' });
    expect(running).toBe(true);
    expect(files).toMatchObject([{ generation: 2, edited: false, serving: { generation: 2 } }]);
    expect(files[0]?.serving?.sha256).toBe(files[0]?.sha256);
    expect(await answer()).toBe('two');
    expect(await host.sh('cat /var/lib/fairlead/revisions/shop.backend/*')).toBe(
      site('shop', 1, 'one').content?.trimEnd(),
    );
  }));

test('after the answer, no connection meets the earlier config once the workers that share its sockets are gone', () =>
  onBoth(fleet, async (host) => {
    const { apply } = on(host);
    await apply(site('shop', 1, 'g1'));
    for (let generation = 2; generation < 8; generation += 1) {
      await apply(site('shop', generation, `g${generation}`));
      await host.call('nginx.observe', {});
      const answers = await host.sh(
        'curl -s -w "\\n" -H "Connection: close" "http://127.0.0.1:20000/?[1-40]" | sort -u',
      );
      expect(answers).toBe(`g${generation}`);
    }
  }));

test('an equal file changes nothing and reloads nothing', () =>
  onBoth(fleet, async (host) => {
    const { apply, tree, reloads } = on(host);
    await apply(site('shop', 1, 'one'));
    const before = [await tree(), await reloads()];
    const again = await apply(site('shop', 1, 'one'));
    expect(again).toMatchObject({ reloaded: false, files: [{ changed: false }] });
    expect([await tree(), await reloads()]).toEqual(before);
    const newer = await apply({ ...site('shop', 1, 'one'), generation: 2 });
    expect(newer).toMatchObject({ reloaded: false });
    expect((await host.call('nginx.observe', {})).files).toMatchObject([{ generation: 2, edited: false }]);
  }));

test('several files go live in one reload; none does when one is bad', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer, tree, reloads } = on(host);
    await host.call('nginx.observe', {});
    const before = Number(await reloads());
    await apply(site('shop', 1, 'shop'), site('blog', 1, 'blog', 20_001), {
      ...site('shop', 1, 'front', 20_002),
      kind: 'front',
    });
    await waitFor('the reload in the log', async () => Number(await reloads()) > before);
    expect(Number(await reloads())).toBe(before + 1);
    expect([await answer(20_000), await answer(20_001), await answer(20_002)]).toEqual([
      'shop',
      'blog',
      'front',
    ]);
    const files = await tree();
    await failure(apply(site('shop', 2, 'new'), { ...site('blog', 2, ''), content: 'nonsense' }));
    expect(await tree()).toBe(files);
    const { files: fronts } = await host.call('nginx.observe', { app: 'shop' });
    await apply({ ...gone('shop', 2), kind: 'front' });
    expect(fronts).toHaveLength(2);
  }));

test('a file that Nginx refuses touches nothing and is named with its line', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer, tree, reloads } = on(host);
    await apply(site('shop', 1, 'one'));
    const before = [await tree(), await reloads()];
    const error = await failure(apply({ ...site('shop', 2, ''), content: 'server {\n  listn 80;\n}\n' }));
    expect(error.code).toBe('nginx-test-failed');
    expect(error.details).toMatchObject({ file: '/etc/nginx/fairlead/http/shop.backend.conf', line: 2 });
    expect([await tree(), await reloads(), await answer()]).toEqual([...before, 'one']);
  }));

test('nginx.test says what would be and changes nothing', () =>
  onBoth(fleet, async (host) => {
    const { answer, tree } = on(host);
    const before = await tree();
    const good = await host.call('nginx.test', { files: [site('shop', 1, 'one')] });
    expect(good.changed).toEqual(['shop.backend.conf']);
    await failure(host.call('nginx.test', { files: [{ ...site('shop', 1, ''), content: '}' }] }));
    expect([await tree(), await answer()]).toEqual([before, '']);
  }));

test('somebody else’s broken file is named as theirs; the same apply works once it is repaired', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    await host.machine.writeFile('/etc/nginx/conf.d/theirs.conf', 'server {\n  listen 8125;\n  oops;\n}\n');
    const error = await failure(apply(site('shop', 1, 'one')));
    expect(error.code).toBe('nginx-foreign-fault');
    expect(error.details).toMatchObject({ file: '/etc/nginx/conf.d/theirs.conf', line: 3 });
    expect(await host.sh('ls /etc/nginx/fairlead/http')).toBe('');
    await host.sh('rm /etc/nginx/conf.d/theirs.conf');
    await apply(site('shop', 1, 'one'));
    expect(await answer()).toBe('one');
  }));

test('a fault without a place is foreign when the live files have it too', () =>
  onBoth(fleet, async (host) => {
    const { apply } = on(host);
    await host.machine.writeFile(
      '/etc/nginx/conf.d/theirs.conf',
      'server { listen 8125; ssl_certificate /nowhere.pem; ssl_certificate_key /nowhere.key; listen 8126 ssl; }\n',
    );
    expect((await failure(apply(site('shop', 1, 'one')))).code).toBe('nginx-foreign-fault');
    await host.sh('rm /etc/nginx/conf.d/theirs.conf');
    const own = {
      ...site('shop', 1, ''),
      content:
        'server { listen 127.0.0.1:20000 ssl; ssl_certificate /nowhere.pem; ssl_certificate_key /nowhere.key; }',
    };
    expect((await failure(apply(own))).code).toBe('nginx-test-failed');
  }));

test('a port that somebody else has is refused by name; positive control: test and reload alone say all is well', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    await host.sh(
      'systemd-run --quiet --unit=thief python3 -m http.server --bind 127.0.0.1 20000; while ! curl -s -o /dev/null http://127.0.0.1:20000/; do sleep 0.05; done',
    );
    await host.machine.writeFile('/etc/nginx/conf.d/theirs.conf', 'server { listen 127.0.0.1:20000; }\n');
    expect(await host.sh('nginx -t 2>&1; echo $?; nginx -s reload; echo $?')).toMatch(/successful\n0\n0$/);
    await host.sh('rm /etc/nginx/conf.d/theirs.conf');
    const error = await failure(apply(site('shop', 1, 'one')));
    expect(error.code).toBe('port-taken');
    expect(error.details).toMatchObject({
      port: 20_000,
      owner: expect.stringMatching(/^python3 \(pid \d+\)$/),
    });
    expect(await host.sh('ls /etc/nginx/fairlead/http')).toBe('');
    await host.sh('systemctl stop thief; nginx -s reload');
    await apply(site('shop', 1, 'one'));
    expect(await answer()).toBe('one');
  }));

test('a port may be taken up again the moment after it was given up', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    await apply(site('shop', 1, 'one'));
    await apply(gone('shop', 1));
    await apply(site('shop', 2, 'two'));
    expect(await answer()).toBe('two');
  }));

test('a reload that Nginx gives up after exit 0 is found out, restored and explained', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    await apply(site('shop', 1, 'one'));
    const before = await host.sh('sha256sum /etc/nginx/fairlead/http/*');
    await host.sh(
      'systemd-run --quiet --unit=thief python3 -m http.server --bind 127.0.0.1 20009; while ! curl -s -o /dev/null http://127.0.0.1:20009/; do sleep 0.05; done',
    );
    for (let round = 0; round < times; round += 1) {
      // Without its listens the port check knows of nothing: as when the port is taken between check and reload.
      const error = await failure(apply({ ...site('shop', 2 + round, 'two', 20_009), listens: [] }));
      expect(error.code).toBe('port-taken');
      expect(error.details).toMatchObject({ port: 20_009, rollback: 'restored, reloaded and verified' });
      expect(await host.sh('sha256sum /etc/nginx/fairlead/http/*')).toBe(before);
      expect(await answer()).toBe('one');
    }
    expect((await host.call('nginx.observe', {})).files).toMatchObject([
      { generation: 1, edited: false, serving: { generation: 1 } },
    ]);
    await host.sh('systemctl stop thief');
  }));

test.each([
  ['live', 'reload_master', 'finished'],
  ['journal', 'sync_directory', 'finished or restored'],
  ['live', 'serves', 'finished'],
])('killed at %s.%s between rename and verification, the next start ends what was begun', (module, name) =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    await apply(site('shop', 1, 'one'));
    await crashAt(host, module, name, site('shop', 2, 'two'));
    expect(await host.sh('ls /var/lib/fairlead/journal')).toBe('nginx.json');
    const { files } = await host.call('nginx.apply', { files: [site('blog', 1, 'blog', 20_001)] });
    expect(files).toMatchObject([{ app: 'blog', changed: true }]);
    const seen = (await host.call('nginx.observe', { app: 'shop' })).files[0];
    expect(seen?.edited).toBe(false);
    expect(seen?.serving).toEqual({ generation: seen?.generation, sha256: seen?.sha256 });
    expect(await answer()).toBe(seen?.generation === 2 ? 'two' : 'one');
    await apply(site('shop', 2, 'two'));
    expect(await answer()).toBe('two');
  }),
);

test('killed between the two renames, half an apply is taken back', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    await apply(site('shop', 1, 'one'));
    await crashAt(host, 'journal', 'os.rename:2', site('shop', 2, 'two'));
    await host.call('nginx.test', { files: [site('blog', 1, 'x', 20_001)] });
    expect(await answer()).toBe('one');
    expect((await host.call('nginx.observe', {})).files).toMatchObject([
      { generation: 1, edited: false, serving: { generation: 1 } },
    ]);
  }));

test('two applies of one file at once end as one after the other; the newer generation stays', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer } = on(host);
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4, 5].map((generation) => apply(site('shop', generation, `g${generation}`))),
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'fenced-off' });
    }
    expect(await answer()).toBe('g5');
    expect((await host.call('nginx.observe', {})).files).toMatchObject([
      { generation: 5, serving: { generation: 5 } },
    ]);
  }));

test('applies of many apps at once share reloads', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer, reloads } = on(host);
    await host.call('nginx.observe', {});
    const before = Number(await reloads());
    const apps = Array.from({ length: 12 }, (_, number) => `app-${String.fromCharCode(97 + number)}`);
    await Promise.all(apps.map((app, number) => apply(site(app, 1, app, 20_100 + number))));
    for (const [number, app] of apps.entries()) expect(await answer(20_100 + number)).toBe(app);
    expect(Number(await reloads()) - before).toBeLessThan(apps.length / 2);
  }));

test('refuses an older generation and an older fencing token, changing nothing', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer, tree } = on(host);
    await apply(site('shop', 5, 'five'));
    const before = await tree();
    expect((await failure(apply(site('shop', 4, 'four')))).code).toBe('fenced-off');
    host.token += 10;
    await host.call('nginx.apply', { files: [site('shop', 5, 'five')] });
    host.token -= 1;
    const error = await failure(apply(site('shop', 6, 'six')));
    host.token += 1;
    expect(error.code).toBe('fenced-off');
    expect(await tree()).toBe(before);
    await apply(site('shop', 6, 'six'));
    expect(await answer()).toBe('six');
  }));

test('a change by hand is seen, and the next apply puts it right', () =>
  onBoth(fleet, async (host) => {
    const { apply } = on(host);
    await apply(site('shop', 1, 'one'));
    await host.sh('echo "# by hand" >> /etc/nginx/fairlead/http/shop.backend.conf');
    expect((await host.call('nginx.observe', {})).files).toMatchObject([{ edited: true }]);
    expect(await apply(site('shop', 1, 'one'))).toMatchObject({ files: [{ changed: true }] });
    expect((await host.call('nginx.observe', {})).files).toMatchObject([{ edited: false }]);
  }));

test('with Nginx stopped, nothing is changed and the error says so', () =>
  onBoth(fleet, async (host) => {
    const { apply, tree, master } = on(host);
    await host.sh('systemctl stop nginx');
    const before = await tree();
    expect((await failure(apply(site('shop', 1, 'one')))).code).toBe('nginx-not-live');
    expect(await tree()).toBe(before);
    await host.sh('systemctl start nginx');
    pids.set(host, await master());
  }));

test('a full disk ends in disk-full with the old config serving; the same apply works with room', () =>
  onBoth(fleet, async (host) => {
    const { apply, answer, tree } = on(host);
    await apply(site('shop', 1, 'one'));
    const before = await tree();
    await host.machine.fillDisk();
    const error = await failure(apply(site('shop', 2, `two${'.'.repeat(100_000)}`)));
    expect(error.code).toBe('disk-full');
    await host.machine.freeDisk();
    expect([await tree(), await answer()]).toEqual([before, 'one']);
    await apply(site('shop', 2, 'two'));
    expect(await answer()).toBe('two');
  }));

test('drain waits for a request that an old worker still has, and counts it at the limit', () =>
  onBoth(fleet, async (host) => {
    const { apply } = on(host);
    await host.machine.writeFile('/root/slow.py', slowServer);
    await host.sh(
      'systemd-run --quiet --unit=slow python3 /root/slow.py; while ! ss -ltn | grep -q 127.0.0.1:30100; do sleep 0.05; done',
    );
    const proxy: NginxFile = {
      ...site('shop', 1, ''),
      content: 'server { listen 127.0.0.1:20000; location / { proxy_pass http://127.0.0.1:30100; } }',
    };
    await apply(proxy);
    const request = host.sh('curl -s http://127.0.0.1:20000/');
    await waitFor(
      'the request at the app',
      async () => (await host.sh('ls /tmp/asked || true')) === '/tmp/asked',
    );
    await apply(site('shop', 2, 'elsewhere'));
    const target = { address: '127.0.0.1', port: 30_100 };
    const short = await host.call('nginx.drain', { ...target, timeoutMs: 300 });
    expect(short.remaining).toBe(1);
    expect(short.waitedMs).toBeGreaterThanOrEqual(300);
    const drained = host.call('nginx.drain', { ...target, timeoutMs: 20_000 });
    await host.sh('touch /tmp/go');
    expect(await drained).toMatchObject({ remaining: 0 });
    expect(await request).toBe('slow answer');
    await host.sh('systemctl stop slow; rm -f /tmp/go /tmp/asked');
  }));

test.each([
  ['app', '../../etc/x'],
  ['app', 'a;id'],
  ['app', 'a\nserver{}'],
  ['kind', '../front'],
  ['generation', '1; return 200'],
  ['listens', [{ address: 'unix:/run/docker.sock', port: 1 }]],
  ['listens', [{ address: '0x7f000001', port: 80 }]],
  ['listens', [{ address: '127.0.0.1', port: '80 down' }]],
  ['content', 'a\u0000b'],
  ['__proto__x', 'y'],
])('refuses a hostile %s itself, whatever the control plane lets through: %j', (field, value) =>
  onBoth(fleet, async (host) => {
    const { tree } = on(host);
    const before = await tree();
    const file = { ...site('shop', 1, 'one'), [field]: value };
    const said = await host.raw({ verb: 'nginx.apply', fence: host.fence, input: { files: [file] } });
    expect(said).toMatchObject({ ok: false, error: { code: 'invalid-input' } });
    expect(await tree()).toBe(before);
  }),
);

test('answers nonsense with an error and goes on', () =>
  onBoth(fleet, async (host) => {
    const said = await host.rawLines([
      'not json',
      '[]',
      '{"id":"1"}',
      '{"id":"2","verb":"os.system","input":{}}',
      '{"id":"3","verb":"nginx.apply","input":{"files":[]}}',
      '{"id":"4","verb":"nginx.apply","fence":{"operationId":"x","token":"-1"},"input":{"files":[]}}',
      '{"id":"5","verb":"hello","input":{"extra":1}}',
      `{"id":"6","verb":"hello","input":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      '{"id":"7","verb":"hello","input":{}}',
    ]);
    expect(said).toHaveLength(9);
    expect(said.filter((line) => !line.ok).map((line) => line.error?.code)).toEqual(
      expect.not.arrayContaining(['internal']),
    );
    expect(said.filter((line) => line.ok).map((line) => line.id)).toEqual(['7']);
  }));

/** Answers when /tmp/go is there. */
const slowServer = `
import http.server, os, time
class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open("/tmp/asked", "w").close()
        while not os.path.exists("/tmp/go"):
            time.sleep(0.02)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"slow answer")
http.server.ThreadingHTTPServer(("127.0.0.1", 30100), Slow).serve_forever()
`;
