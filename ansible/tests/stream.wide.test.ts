import { capabilitiesOf, renderStreams, streamSpecSchema } from '@fairlead/nginx';
import type { HostInput } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { crashAt } from './crash.ts';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

type NginxFile = HostInput<'nginx.apply'>['files'][number];

const base = '/etc/nginx/modules-enabled/90-fairlead-stream.conf';
/** Greets with its port and name, then says back what it hears. */
const service = `
import socketserver, sys
class Greeter(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(f"service {sys.argv[1]}\\n".encode())
        for line in self.rfile:
            self.wfile.write(line)
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", int(sys.argv[1])), Greeter).serve_forever()
`;
const needs = { prepare_runtimes: ['static' as const], prepare_databases: [] };

let fleet: Fleet;
beforeAll(async () => {
  fleet = await bootPrepared(54, needs);
  await onBoth(fleet, async (host) => {
    await host.machine.writeFile('/root/service.py', service);
    for (const port of [15_001, 15_002]) {
      await host.sh(`systemd-run --quiet --unit=service-${port} python3 /root/service.py ${port}`);
    }
  });
});
afterAll(() => fleet?.close());

const gone = (app: string, kind: NginxFile['kind'], generation: number): NginxFile => ({
  kind,
  app,
  generation,
  content: null,
  listens: [],
});

afterEach(() =>
  onBoth(fleet, async (host) => {
    const { files } = await host.call('nginx.observe', {});
    if (files.length > 0) {
      await host.call('nginx.apply', {
        files: files.map(({ app, kind, generation }) => gone(app, kind, generation)),
      });
    }
    const left =
      'ls -A /etc/nginx/fairlead/http /etc/nginx/fairlead/stream /etc/nginx/fairlead/.staging /var/lib/fairlead/revisions /var/lib/fairlead/journal';
    expect(await host.sh(`${left} | grep -v : | grep . || true`)).toBe('');
    expect(await host.sh('ls /var/log/nginx | grep fairlead- || true')).toBe('');
    expect((await host.call('inventory', {})).nginxFiles).toEqual([]);
    // Workers of before hold the sockets that they shared until they are told to go.
    await host.call('nginx.observe', {});
    expect(await host.sh('ss -ltnH | grep -cE ":(5432|5433|8443) " || true')).toBe('0');
  }),
);

/** An app's streams as this machine's Nginx can do them. */
async function streams(host: Host, app: string, generation: number, list: object[]): Promise<NginxFile> {
  const { nginx } = await host.call('facts', {});
  if (nginx === null) throw new Error('no Nginx');
  const spec = streamSpecSchema.parse({
    kind: 'stream',
    app,
    generation,
    streams: list,
    servers: [{ address: '127.0.0.1' }],
  });
  const { content, listens } = renderStreams(spec, capabilitiesOf(nginx));
  return { kind: 'stream', app, generation, content, listens };
}

const one = { name: 'one', listenPort: 5432, backendPort: 15_001 };
const named = (name: string, backendPort: number) => ({
  name,
  listenPort: 8443,
  backendPort,
  serverNames: [`${name}.example.com`],
});
const ask = (host: Host, port: number) =>
  host.sh(`exec 3<>/dev/tcp/127.0.0.1/${port} && echo hello >&3 && timeout 2 head -n 2 <&3 || true`);

test('a prepared server has the stream block, and says that it reads streams', () =>
  onBoth(fleet, async (host) => {
    expect(await host.sh(`cat ${base}`)).toContain('include /etc/nginx/fairlead/stream/*.conf;');
    expect((await host.call('facts', {})).nginx).toMatchObject({
      modules: expect.arrayContaining(['stream']),
      readsStreams: true,
    });
  }));

test('a file of streams goes live by the same transaction as a front, and leads to the service', () =>
  onBoth(fleet, async (host) => {
    const front: NginxFile = {
      kind: 'front',
      app: 'shop',
      generation: 1,
      content: 'server {\n    listen 127.0.0.1:20000;\n    return 200 front;\n}\n',
      listens: [{ address: '127.0.0.1', port: 20_000 }],
    };
    const answer = await host.call('nginx.apply', { files: [front, await streams(host, 'shop', 1, [one])] });
    expect(answer).toMatchObject({
      reloaded: true,
      files: [{ kind: 'front' }, { kind: 'stream', generation: 1 }],
    });
    expect(await ask(host, 5432)).toBe('service 15001\nhello');
    expect(await host.sh('curl -s http://127.0.0.1:20000/')).toBe('front');
    await host.call('nginx.apply', {
      files: [await streams(host, 'shop', 2, [{ ...one, backendPort: 15_002 }])],
    });
    const { files } = await host.call('nginx.observe', { app: 'shop' });
    expect(files.find(({ kind }) => kind === 'stream')).toMatchObject({
      generation: 2,
      edited: false,
      serving: { generation: 2 },
    });
    expect(await ask(host, 5432)).toBe('service 15002\nhello');
    expect((await host.call('inventory', { app: 'shop' })).nginxFiles).toContain(
      '/etc/nginx/fairlead/stream/shop.stream.conf',
    );
  }));

test('a connection outlives the reload that takes its port away', () =>
  onBoth(fleet, async (host) => {
    await host.call('nginx.apply', { files: [await streams(host, 'shop', 1, [one])] });
    await host.sh(
      'systemd-run --quiet --unit=client bash -c "exec 3<>/dev/tcp/127.0.0.1/5432; head -n 1 <&3; while [ ! -e /run/say ]; do sleep 0.05; done; echo still >&3; timeout 5 head -n 1 <&3 >/run/said"',
    );
    await host.sh('while ! ss -tnH state established dport = 15001 | grep -q .; do sleep 0.05; done');
    await host.call('nginx.apply', { files: [gone('shop', 'stream', 2)] });
    await host.sh('touch /run/say; while systemctl -q is-active client; do sleep 0.05; done');
    expect(await host.sh('cat /run/said; rm /run/said /run/say')).toBe('still');
  }));

test('a server with streams lets sessions go on for longer after a reload, and one without as long as requests need', () =>
  onBoth(fleet, async (host) => {
    const limit = () => host.sh('nginx -T 2>/dev/null | grep -o "^worker_shutdown_timeout.*"');
    expect(await limit()).toBe('worker_shutdown_timeout 60s;');
    await host.call('nginx.apply', { files: [await streams(host, 'shop', 1, [one])] });
    expect(await limit()).toBe('worker_shutdown_timeout 1h;');
    expect(await host.prepare(needs)).toMatchObject({ changed: 0, failed: 0 });
    const bad = { ...gone('shop', 'front', 2), content: 'nonsense' };
    await failure(host.call('nginx.apply', { files: [bad] }));
    expect(await limit()).toBe('worker_shutdown_timeout 1h;');
    await host.call('nginx.apply', { files: [gone('shop', 'stream', 3)] });
    expect(await limit()).toBe('worker_shutdown_timeout 60s;');
  }));

test.each([
  ['live', 'reload_master'],
  ['transaction', 'settle_limit'],
])('killed at %s.%s with a file of streams in place, the next start ends what was begun', (module, name) =>
  onBoth(fleet, async (host) => {
    await host.call('nginx.apply', { files: [await streams(host, 'shop', 1, [one])] });
    await crashAt(host, module, name, await streams(host, 'shop', 2, [{ ...one, backendPort: 15_002 }]));
    await host.call('nginx.apply', {
      files: [await streams(host, 'blog', 1, [{ ...one, listenPort: 5433 }])],
    });
    expect(await ask(host, 5432)).toBe('service 15002\nhello');
    expect(await ask(host, 5433)).toBe('service 15001\nhello');
    expect((await host.call('nginx.observe', { app: 'shop' })).files).toMatchObject([
      { kind: 'stream', generation: 2, edited: false, serving: { generation: 2 } },
    ]);
  }),
);

test('a bad file changes nothing, and an edited one is found out', () =>
  onBoth(fleet, async (host) => {
    const good = await streams(host, 'shop', 1, [one]);
    await host.call('nginx.apply', { files: [good] });
    const tree = () => host.sh('cd /etc/nginx && find . -type f | sort | xargs sha256sum');
    const before = await tree();
    const bad = { ...good, generation: 2, content: `${good.content}nonsense on;\n` };
    const error = await failure(host.call('nginx.apply', { files: [bad] }));
    expect(error).toMatchObject({ code: 'nginx-test-failed' });
    expect(error.details).toMatchObject({ file: '/etc/nginx/fairlead/stream/shop.stream.conf' });
    expect(await tree()).toBe(before);
    await host.sh('sed -i "s/15001/15002/" /etc/nginx/fairlead/stream/shop.stream.conf');
    expect((await host.call('drift', {})).files).toMatchObject([
      { app: 'shop', kind: 'stream', path: '/etc/nginx/fairlead/stream/shop.stream.conf', generation: 1 },
    ]);
    await host.call('nginx.apply', { files: [good] });
    expect((await host.call('drift', {})).files).toEqual([]);
  }));

test('a port that somebody has is refused, and it is said who', () =>
  onBoth(fleet, async (host) => {
    const refused = async (file: NginxFile) => {
      const error = await failure(host.call('nginx.apply', { files: [file] }));
      expect(error.code).toBe('port-taken');
      return error.details?.owner;
    };
    const at = (port: number) => streams(host, 'shop', 1, [{ ...one, listenPort: port }]);
    expect(await refused(await at(15_002))).toMatch(/^python3 \(pid \d+\)$/);
    await host.call('nginx.apply', { files: [await streams(host, 'blog', 1, [one])] });
    expect(await refused(await at(5432))).toBe('the streams of blog');
    const front = 'server {\n    listen 8080;\n}\n';
    const listens = [{ address: '0.0.0.0', port: 8080 }];
    await host.call('nginx.apply', {
      files: [{ kind: 'front', app: 'blog', generation: 1, content: front, listens }],
    });
    expect(await refused(await at(8080))).toBe('the HTTP front of blog');
    await host.machine.writeFile('/etc/nginx/conf.d/own.conf', 'server { listen 8123; }\n');
    await host.sh('nginx -s reload; while ! ss -ltnH | grep -q ":8123 "; do sleep 0.05; done');
    expect(await refused(await at(8123))).toMatch(/not Fairlead's/);
    await host.sh('rm /etc/nginx/conf.d/own.conf; nginx -s reload');
    expect(await ask(host, 5432)).toBe('service 15001\nhello');
  }));

test('apps share a port by names where Nginx has servers by name in stream, and are told whose it is elsewhere', () =>
  onBoth(fleet, async (host) => {
    const shop = await streams(host, 'shop', 1, [named('one', 15_001), named('two', 15_002)]);
    const blog = await streams(host, 'blog', 1, [named('blog', 15_002)]);
    await host.call('nginx.apply', { files: [shop] });
    const sni = (name: string) =>
      host.sh(
        `(printf ''; sleep 0.3) | openssl s_client -quiet -connect 127.0.0.1:8443 -servername ${name} 2>&1 | head -c 0; ` +
          `tail -n 1 /var/log/nginx/fairlead-*.stream.log 2>/dev/null | tail -n 1`,
      );
    if (host.machine.name.includes('twelve')) {
      const error = await failure(host.call('nginx.apply', { files: [blog] }));
      expect(error).toMatchObject({ code: 'port-taken', details: { owner: 'the streams of shop' } });
      return;
    }
    await host.call('nginx.apply', { files: [blog] });
    const upstreamOf = async (name: string) => {
      await sni(name);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const lines = await host.sh(`cat /var/log/nginx/fairlead-*.stream.log | grep '"name":"${name}"'`);
      return JSON.parse(lines.split('\n').at(-1) ?? '{}').upstream;
    };
    expect(await upstreamOf('one.example.com')).toBe('127.0.0.1:15001');
    expect(await upstreamOf('two.example.com')).toBe('127.0.0.1:15002');
    expect(await upstreamOf('blog.example.com')).toBe('127.0.0.1:15002');
    expect(await upstreamOf('nobody.example.com')).toBe('');
    // Shop’s part goes, blog’s stays as it is.
    await host.call('nginx.apply', { files: [gone('shop', 'stream', 2)] });
    expect(await upstreamOf('blog.example.com')).toBe('127.0.0.1:15002');
    expect(await upstreamOf('one.example.com')).toBe('');
  }));

test('the firewall never guards the port that sshd listens on', () =>
  onBoth(fleet, async (host) => {
    await host.sh('echo "Port 22\nPort 2222" >/etc/ssh/sshd_config.d/more.conf; systemctl restart ssh');
    await host.sh('while ! ss -ltnH | grep -q ":2222 "; do sleep 0.05; done');
    const rules = [{ purpose: 'stream' as const, port: 2222, sources: ['10.0.0.1'] }];
    expect(await failure(host.call('firewall.set', { app: 'shop', rules }))).toMatchObject({
      code: 'invalid-input',
    });
    await host.sh('rm /etc/ssh/sshd_config.d/more.conf; systemctl restart ssh');
    const { added } = await host.call('firewall.set', { app: 'shop', rules });
    expect(added).toBe(1);
    await host.call('firewall.set', { app: 'shop', rules: [] });
  }));

test('a stream block of the user’s own stays, and has to include Fairlead’s directory', () =>
  onBoth(fleet, async (host) => {
    const own = '/etc/nginx/modules-enabled/95-own.conf';
    await host.sh(`rm ${base}`);
    await host.machine.writeFile(own, 'stream { server { listen 9001; return "the user\'s own"; } }\n');
    expect(await host.prepare(needs)).toMatchObject({ failed: 0 });
    expect(await host.sh(`test -e ${base} && echo there || echo none`)).toBe('none');
    expect((await host.call('facts', {})).nginx?.readsStreams).toBe(false);
    const file = await streams(host, 'shop', 1, [one]);
    expect(await failure(host.call('nginx.apply', { files: [file] }))).toMatchObject({
      code: 'system-unsupported',
    });
    const log = `log_format fairlead '$status';`;
    await host.machine.writeFile(
      own,
      `stream {\n  ${log}\n  include /etc/nginx/fairlead/stream/*.conf;\n  server { listen 9001; return own; }\n}\n`,
    );
    await host.sh('nginx -s reload');
    expect((await host.call('facts', {})).nginx?.readsStreams).toBe(true);
    await host.call('nginx.apply', { files: [file] });
    expect(await ask(host, 5432)).toBe('service 15001\nhello');
    expect(await host.sh('exec 3<>/dev/tcp/127.0.0.1/9001; timeout 2 cat <&3')).toBe('own');
    await host.call('nginx.apply', { files: [gone('shop', 'stream', 2)] });
    await host.sh(`rm ${own}`);
    expect(await host.prepare(needs)).toMatchObject({ failed: 0 });
    expect((await host.call('facts', {})).nginx?.readsStreams).toBe(true);
  }));
