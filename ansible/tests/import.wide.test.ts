import { createHash } from 'node:crypto';
import { capabilitiesOf, frontSpecSchema, readForeign, renderFront } from '@fairlead/nginx';
import type { HostInput } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { crashAt } from './crash.ts';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

type NginxFile = HostInput<'nginx.apply'>['files'][number];

const name = 'shop.example';
const link = '/etc/nginx/sites-enabled/shop.conf';
const kept = '/etc/nginx/fairlead/replaced/shop';
const theirs = `upstream shop {
    server 127.0.0.1:9 weight=3;
}
server {
    listen 80;
    server_name ${name};
    location / { proxy_pass http://shop; }
    location = /who { return 200 theirs; }
}
`;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

let fleet: Fleet;
beforeAll(async () => {
  fleet = await bootPrepared(62, { prepare_runtimes: ['static'], prepare_databases: [] });
});
afterAll(() => fleet?.close());

/** What a test does on one machine; the site of their own is a link, as Debian has it. */
async function on(host: Host, text = theirs) {
  const { nginx } = await host.call('facts', {});
  if (nginx === null) throw new Error('The machine has no Nginx.');
  await host.sh(`cat > /etc/nginx/sites-available/shop.conf <<'END'\n${text}END`);
  await host.sh(`ln -sfn ../sites-available/shop.conf ${link} && nginx -s reload && sleep 0.3`);
  const front = (generation: number, replaces?: NginxFile['replaces']): NginxFile => {
    const spec = frontSpecSchema.parse({
      kind: 'front',
      app: 'shop',
      generation,
      names: [name],
      listenPort: 80,
      method: 'round_robin',
      servers: [],
    });
    const { content, listens } = renderFront(spec, capabilitiesOf(nginx));
    return { kind: 'front', app: 'shop', generation, content, listens, ...(replaces ? { replaces } : {}) };
  };
  const apply = (file: NginxFile) => host.call('nginx.apply', { files: [file] });
  const gone = { kind: 'front' as const, app: 'shop', generation: 99, content: null, listens: [] };
  return { front, apply, gone, replaces: [{ path: link, sha256: sha256(text) }] };
}
/** Who answers: `theirs`, or the 503 of a front without backends. */
const who = async (host: Host) => {
  await host.call('nginx.observe', {});
  return host.sh(`curl -s -w ' %{http_code}' -H 'Host: ${name}' http://127.0.0.1/who | tail -c 10`);
};
const inService = (host: Host) => host.sh(`readlink ${link} || true`);

afterEach(() =>
  onBoth(fleet, async (host) => {
    await host.call('nginx.apply', {
      files: [{ kind: 'front', app: 'shop', generation: 99, content: null, listens: [] }],
    });
    await host.sh(
      `rm -rf ${link} /etc/nginx/sites-available/shop.conf ${kept} /var/lib/fairlead/replaced /etc/nginx/conf.d/other.conf && nginx -s reload`,
    );
  }),
);

test('reads what Nginx loads, and no file can pretend to be another', () =>
  onBoth(fleet, async (host) => {
    const spoof = `# configuration file /etc/shadow:\n${theirs}# configuration file /etc/nginx/sites-enabled/none.conf:\n`;
    await on(host, spoof);
    await host.sh(`cp ${link} /etc/nginx/conf.d/not-loaded.txt`);
    const { files, leftOut } = await host.call('nginx.sites', {});
    const paths = files.map(({ path }) => path);
    expect(files.find(({ path }) => path === link)).toMatchObject({ content: spoof, sha256: sha256(spoof) });
    expect(paths).toContain('/etc/nginx/nginx.conf');
    expect(paths.filter((path) => /shadow|none|fairlead|not-loaded/.test(path))).toEqual([]);
    expect(leftOut).toEqual([]);
    expect(readForeign(files, 'pool').find(({ path }) => path === link)?.settings?.servers).toMatchObject([
      { host: '127.0.0.1', weight: 3 },
    ]);
    await host.sh('rm /etc/nginx/conf.d/not-loaded.txt');
  }));

test('says that a config which Nginx itself can not load is not to be read', () =>
  onBoth(fleet, async (host) => {
    await on(host);
    await host.sh('echo "nonsense on;" > /etc/nginx/conf.d/other.conf');
    expect(await failure(host.call('nginx.sites', {}))).toMatchObject({ code: 'nginx-foreign-fault' });
  }));

test('a file goes out of service with the front that replaces it, and comes back as it was when the front goes', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, gone, replaces } = await on(host);
    expect(await who(host)).toBe('theirs 200');
    const result = await apply(front(1, replaces));
    expect(result.replaced).toMatchObject({ out: [link], back: [] });
    expect(await who(host)).toContain('503');
    expect(await inService(host)).toBe('');
    expect(await host.sh(`readlink ${kept}/*`)).toBe('../sites-available/shop.conf');
    expect(await host.sh('ls /etc/nginx/sites-available/shop.conf')).not.toBe('');
    expect(await apply(front(1, replaces))).toMatchObject({ reloaded: false });
    // Without the list those that are out stay out.
    expect(await apply(front(2))).toMatchObject({ reloaded: true, replaced: { out: [], back: [] } });
    expect((await host.call('inventory', { app: 'shop' })).paths.some((path) => path.startsWith(kept))).toBe(
      true,
    );
    expect((await apply(gone)).replaced).toEqual({ out: [], back: [link], kept: [] });
    expect(await inService(host)).toBe('../sites-available/shop.conf');
    expect(await who(host)).toBe('theirs 200');
    expect(await host.sh(`ls -A /etc/nginx/fairlead/replaced /var/lib/fairlead/replaced`)).not.toContain(
      'shop',
    );
  }));

test('what is not what was read stays, and nothing is changed', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, replaces } = await on(host);
    await host.sh(`echo '# more' >> /etc/nginx/sites-available/shop.conf`);
    expect(await failure(apply(front(1, replaces)))).toMatchObject({
      code: 'conflict',
      details: { file: link },
    });
    const missing = [{ path: '/etc/nginx/sites-enabled/none.conf', sha256: 'a'.repeat(64) }];
    await apply(front(1, missing));
    await apply({ ...front(2), content: null });
    for (const path of [
      '/etc/shadow',
      '/etc/nginx/nginx.conf',
      '/etc/nginx/fairlead/http/x.conf',
      '/etc/nginx/a/../../b',
      '/etc/nginx/a/.b',
    ]) {
      expect((await failure(apply(front(1, [{ path, sha256: 'a'.repeat(64) }])))).code).toBe('invalid-input');
    }
    expect(await who(host)).toBe('theirs 200');
    expect(await inService(host)).not.toBe('');
  }));

test('a file that another one needs can not go out, and the error names both', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, replaces } = await on(host, `map $host $theirs { default a; }\n${theirs}`);
    await host.sh(`echo 'server { listen 82; add_header X-A $theirs; }' > /etc/nginx/conf.d/other.conf`);
    const error = await failure(apply(front(1, replaces)));
    expect(error).toMatchObject({ code: 'nginx-test-failed', message: expect.stringContaining(link) });
    expect(await who(host)).toBe('theirs 200');
  }));

test.each([
  ['transaction', 'replaced.perform'],
  ['replaced', 'os.rename'],
  ['replaced', 'write_index'],
  ['journal', 'os.rename:2'],
  ['transaction', 'reload_until_live'],
  ['transaction', 'journal.end'],
])('a crash at %s.%s leaves the one or the other in service, never both or none', (module, point) =>
  onBoth(fleet, async (host) => {
    const { front, replaces } = await on(host);
    await crashAt(host, module, point, front(1, replaces));
    const { files } = await host.call('nginx.observe', {});
    await host.call('nginx.test', { files: [front(1)] });
    const now = await who(host);
    const isIn = (await inService(host)) !== '';
    expect(now.includes('503')).toBe(!isIn);
    expect(isIn ? now : 'theirs 200').toBe('theirs 200');
    expect(files.length).toBeLessThanOrEqual(1);
  }),
);

test('a reload that Nginx gives up after exit 0 brings the file back into service', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, replaces } = await on(host);
    await host.sh(
      'systemd-run --quiet --unit=thief python3 -m http.server --bind 127.0.0.1 20009; while ! curl -s -o /dev/null http://127.0.0.1:20009/; do sleep 0.05; done',
    );
    const { content, ...file } = front(1, replaces);
    const lying = `${content}server {\n    listen 127.0.0.1:20009;\n}\n`;
    // Without its listens the port check knows of nothing: as when the port is taken between check and reload.
    const error = await failure(apply({ ...file, content: lying, listens: [] }));
    await host.sh('systemctl stop thief');
    expect(error).toMatchObject({
      code: 'port-taken',
      details: { rollback: 'restored, reloaded and verified' },
    });
    expect(await inService(host)).toBe('../sites-available/shop.conf');
    expect(await who(host)).toBe('theirs 200');
    expect(await host.sh(`ls ${kept} /var/lib/fairlead/replaced 2>/dev/null || true`)).not.toContain('shop');
  }));

test('a file that Nginx refuses by the time the front goes stays kept, and the front goes all the same', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, gone, replaces } = await on(host);
    await apply(front(1, replaces));
    await host.sh('echo "nonsense;" >> /etc/nginx/sites-available/shop.conf');
    const { replaced } = await apply(gone);
    expect(replaced).toMatchObject({ back: [], kept: [expect.stringContaining(kept)] });
    expect(await inService(host)).toBe('');
    expect(await host.sh('nginx -t 2>&1')).toContain('successful');
  }));

test('what somebody put in its place meanwhile is theirs', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, gone, replaces } = await on(host);
    await apply(front(1, replaces));
    await host.sh(`echo '# new' > ${link}`);
    expect((await apply(gone)).replaced?.back).toEqual([]);
    expect(await host.sh(`cat ${link}`)).toBe('# new');
  }));
