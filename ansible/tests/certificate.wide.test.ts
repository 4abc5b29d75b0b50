import { createHash } from 'node:crypto';
import {
  backendSpecSchema,
  capabilitiesOf,
  frontSpecSchema,
  renderBackend,
  renderFront,
} from '@fairlead/nginx';
import { makeAuthority } from '@fairlead/nginx/testing';
import type { HostInput } from '@fairlead/remote';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { crashAt } from './crash.ts';
import { bootPrepared, type Fleet, failure, type Host, onBoth } from './prepared.ts';

type NginxFile = HostInput<'nginx.apply'>['files'][number];

const authority = makeAuthority();
const name = 'shop.example.com';
const issue = () => {
  const { chain, key } = authority.issue({ names: [name] });
  return { sha256: createHash('sha256').update(chain).digest('hex'), chain, key };
};
const [one, two] = [issue(), issue()];
const directory = '/etc/fairlead/certificates';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await bootPrepared(50, { prepare_runtimes: ['static'], prepare_databases: [] });
  await onBoth(fleet, async (host) => {
    await host.sh(`cat > /root/root.pem <<'END'\n${authority.root}END`);
  });
});
afterAll(() => fleet?.close());

/** What a test does on one machine. */
async function on(host: Host) {
  const { nginx } = await host.call('facts', {});
  if (nginx === null) throw new Error('The machine has no Nginx.');
  const front = (
    generation: number,
    certificate: typeof one | null,
    named = certificate,
    more: object = {},
  ): NginxFile => {
    const spec = frontSpecSchema.parse({
      kind: 'front',
      app: 'shop',
      generation,
      names: [name],
      listenPort: 80,
      method: 'round_robin',
      servers: [],
      ...(named === null ? {} : { tls: { certificate: named.sha256, names: [name], forceHttps: true } }),
      ...more,
    });
    const { content, listens } = renderFront(spec, capabilitiesOf(nginx));
    return { kind: 'front', app: 'shop', generation, content, listens, certificate };
  };
  const apply = (file: NginxFile) => host.call('nginx.apply', { files: [file] });
  /** The serial number that visitors see, of a connection that trusts the authority alone; waits for earlier workers to be gone. */
  const shown = async () => {
    await host.call('nginx.observe', {});
    const ask = `openssl s_client -connect 127.0.0.1:443 -servername ${name} -CAfile /root/root.pem -verify_return_error </dev/null 2>/dev/null`;
    return host.sh(`${ask} | openssl x509 -noout -serial 2>/dev/null || true`);
  };
  const tree = () =>
    host.sh(
      `cd ${directory} && find . -type f -printf '%p %m %U:%G\\n' | sort && find . -type d -printf '%p %m\\n' | sort`,
    );
  const served = () =>
    host.sh(
      `curl -s -o /dev/null -w '%{http_code}' --cacert /root/root.pem --resolve ${name}:443:127.0.0.1 https://${name}/`,
    );
  return { front, apply, shown, tree, served };
}
const serial = (host: Host, { chain }: typeof one) =>
  host.sh(`openssl x509 -noout -serial <<'END'\n${chain}END`);
const files = ({ sha256 }: typeof one) =>
  `./shop/${sha256}.key 600 0:0\n./shop/${sha256}.pem 600 0:0\n. 700\n./.staging 700\n./shop 700`;
const nothing = '. 700\n./.staging 700';

afterEach(() =>
  onBoth(fleet, async (host) => {
    const { files } = await host.call('nginx.observe', {});
    const removal = files.map(({ app, kind, generation }) => ({
      app,
      kind,
      generation,
      content: null,
      listens: [],
    }));
    if (removal.length > 0) await host.call('nginx.apply', { files: removal });
    expect(await (await on(host)).tree()).toBe(nothing);
    expect(await host.sh('ls /var/lib/fairlead/certificates')).toBe('');
    expect((await host.call('drift', {})).certificates).toEqual([]);
  }),
);

test('a front and its certificate go live together, another follows, and both are gone with the front', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, shown, tree, served } = await on(host);
    expect(await apply(front(1, one))).toMatchObject({ reloaded: true, files: [{ changed: true }] });
    expect(await shown()).toBe(await serial(host, one));
    expect(await served()).toBe('503');
    expect(await tree()).toBe(files(one));
    expect(await apply(front(1, one))).toMatchObject({ reloaded: false });
    await apply(front(2, two));
    expect(await shown()).toBe(await serial(host, two));
    expect(await tree()).toBe(files(two));
    expect((await host.call('inventory', { app: 'shop' })).paths).toContain(`${directory}/shop`);
    await apply(front(3, null));
    expect(await shown()).toBe('');
    expect(await tree()).toBe(nothing);
  }));

test('a certificate that Nginx refuses changes nothing: another’s key, no certificate at all, none given', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, shown, tree } = await on(host);
    await apply(front(1, one));
    const chain = 'nonsense';
    const sha256 = createHash('sha256').update(chain).digest('hex');
    const bad = [
      front(2, { ...two, key: one.key }),
      front(2, { sha256, chain, key: one.key }),
      front(2, null, two),
    ];
    for (const file of bad) {
      const error = await failure(apply(file));
      expect(error.code).toBe('nginx-test-failed');
      expect(JSON.stringify(error)).not.toContain('PRIVATE KEY');
      expect(await tree()).toBe(files(one));
    }
    expect(await failure(host.call('nginx.test', { files: bad.slice(0, 1) }))).toMatchObject({
      code: 'nginx-test-failed',
    });
    await host.call('nginx.test', { files: [front(2, two)] });
    expect(await tree()).toBe(files(one));
    expect(await shown()).toBe(await serial(host, one));
  }));

test('a certificate under another’s name, or of streams, is refused before anything is looked at', () =>
  onBoth(fleet, async (host) => {
    const { front } = await on(host);
    const input = { files: [{ ...front(1, one), certificate: { ...two, sha256: one.sha256 } }] };
    const strange = await host.raw({ verb: 'nginx.apply', fence: host.fence, input });
    expect(strange?.error).toMatchObject({ code: 'invalid-input' });
    const authority = { sha256: one.sha256, chain: two.chain };
    const other = { files: [{ ...front(1, one), authority }] };
    expect(
      (await host.raw({ verb: 'nginx.apply', fence: host.fence, input: other }))?.error?.message,
    ).toContain('is not the hash');
    const streams = { files: [{ ...front(1, one), kind: 'stream' }] };
    expect(
      (await host.raw({ verb: 'nginx.apply', fence: host.fence, input: streams }))?.error?.message,
    ).toContain('belongs to a front or to a backend');
  }));

test.each([
  ['certificate', 'os.rename:1'],
  ['certificate', 'os.rename:2'],
  ['journal', 'os.rename:1'],
  ['journal', 'os.rename:2'],
  ['transaction', 'reload_until_live'],
  ['journal', 'tidy'],
])('killed at %s %s, the pair is one or the other, and nothing is left over', (module, point) =>
  onBoth(fleet, async (host) => {
    const { front, apply, shown, tree } = await on(host);
    await apply(front(1, one));
    await crashAt(host, module, point, front(2, two));
    await host.call('nginx.test', { files: [front(3, two)] });
    const now = await tree();
    const [at] = [one, two].filter((pair) => now === files(pair));
    expect(at, now).toBeDefined();
    expect(await shown()).toBe(await serial(host, at ?? one));
    await apply(front(3, two));
    expect(await tree()).toBe(files(two));
  }),
);

test('a changed certificate, key or mode is found by its hash alone, and put back', () =>
  onBoth(fleet, async (host) => {
    const { front, apply, tree } = await on(host);
    await apply(front(1, one));
    expect((await host.call('drift', {})).certificates).toEqual([]);
    const path = `${directory}/shop/${one.sha256}`;
    for (const change of [
      `echo >> ${path}.key`,
      `rm ${path}.pem`,
      `chmod 644 ${path}.key`,
      `ln -sf /etc/shadow ${path}.pem`,
    ]) {
      await host.sh(change);
      const { certificates } = await host.call('drift', {});
      expect(certificates, change).toHaveLength(1);
      expect(certificates[0]).toMatchObject({
        app: 'shop',
        path: change.includes('.key') ? `${path}.key` : `${path}.pem`,
      });
      expect(JSON.stringify(certificates)).not.toContain('PRIVATE');
      expect(await apply(front(1, one))).toMatchObject({ reloaded: true });
      expect(await tree()).toBe(files(one));
      expect((await host.call('drift', {})).certificates).toEqual([]);
    }
  }));

test('renewed again and again under requests, none is lost', () =>
  onBoth(fleet, async (host) => {
    const { front, apply } = await on(host);
    await apply(front(1, one));
    // By HTTP/1.1: an HTTP/2 connection that has not asked yet is told to go away by a reload, and curl takes that for an answer.
    const asks = `for i in $(seq 150); do curl -s --http1.1 -o /dev/null -w '%{http_code}\\n' --cacert /root/root.pem --resolve ${name}:443:127.0.0.1 https://${name}/ || echo lost; done | sort | uniq -c`;
    const asking = host.sh(asks);
    for (let generation = 2; generation < 8; generation += 1)
      await apply(front(generation, generation % 2 === 0 ? two : one));
    expect((await asking).trim()).toBe('150 503');
  }));

test('a backend’s certificate and the authority that its front trusts live and go with their own files alone', () =>
  onBoth(fleet, async (host) => {
    const { front, tree } = await on(host);
    const { nginx } = await host.call('facts', {});
    const backend = (generation: number, certificate: typeof one): NginxFile => {
      const spec = backendSpecSchema.parse({
        kind: 'backend',
        app: 'shop',
        generation,
        listenAddress: '127.0.0.1',
        listenPort: 25_000,
        tls: { certificate: certificate.sha256, ports: [25_000] },
        balancerAddresses: ['127.0.0.1'],
        target: { runtime: 'static', root: '/srv/fairlead/shop/current' },
      });
      const { content, listens } = renderBackend(spec, capabilitiesOf(nginx ?? { version: '', modules: [] }));
      return { kind: 'backend', app: 'shop', generation, content, listens, certificate };
    };
    const trusted = {
      sha256: createHash('sha256').update(authority.root).digest('hex'),
      chain: authority.root,
    };
    const backendTls = { authority: trusted.sha256, name: 'shop.backend.fairlead.internal' };
    const asking = { ...front(1, one, one, { backendTls }), authority: trusted };
    await host.call('nginx.apply', { files: [asking, backend(1, one)] });
    const own = `./shop.backend/${one.sha256}`;
    expect((await tree()).split('\n').filter((line) => line.includes('/shop.backend'))).toEqual([
      `${own}.key 600 0:0`,
      `${own}.pem 600 0:0`,
      './shop.backend 700',
    ]);
    expect(await tree()).toContain(`./shop/${trusted.sha256}.pem 600 0:0`);
    await host.sh(`chmod 644 ${directory}/${own}.key && rm ${directory}/shop/${trusted.sha256}.pem`);
    const { certificates } = await host.call('drift', {});
    expect(certificates.map(({ app, path }) => [app, path])).toEqual([
      ['shop', `${directory}/shop.backend/${one.sha256}.key`],
      ['shop', `${directory}/shop/${trusted.sha256}.pem`],
    ]);
    expect(await host.call('nginx.apply', { files: [asking, backend(1, one)] })).toMatchObject({
      reloaded: true,
    });
    expect((await host.call('drift', {})).certificates).toEqual([]);
    await host.call('nginx.apply', { files: [backend(2, two)] });
    expect(await tree()).not.toContain(`shop.backend/${one.sha256}`);
    expect(await tree()).toContain(`./shop/${one.sha256}.key 600 0:0`);
    expect((await host.call('inventory', { app: 'shop' })).paths).toContain(`${directory}/shop.backend`);
    const gone = { kind: 'backend' as const, app: 'shop', generation: 3, content: null, listens: [] };
    await host.call('nginx.apply', { files: [gone] });
    expect(await tree()).not.toContain('shop.backend');
    expect(await tree()).toContain(`./shop/${trusted.sha256}.pem 600 0:0`);
  }));

test('a challenge of an authority is answered by every front while it is there, and refused where it is no challenge', () =>
  onBoth(fleet, async (host) => {
    const { front, apply } = await on(host);
    await apply(front(1, one));
    const token = 'b5kZJ_-0';
    const content = `${token}.thumb_print-1`;
    const ask = () =>
      host.sh(`curl -s -H 'Host: ${name}' http://127.0.0.1/.well-known/acme-challenge/${token}`);
    expect(await host.call('acme.challenge', { token, content })).toEqual({ changed: true });
    expect(await host.call('acme.challenge', { token, content })).toEqual({ changed: false });
    await expect.poll(ask).toBe(content);
    await host.sh(
      'touch -d "2 days ago" /var/lib/fairlead-acme/.well-known/acme-challenge/left; ln -s /etc/passwd /var/lib/fairlead-acme/.well-known/acme-challenge/link',
    );
    expect(await host.call('acme.challenge', { token, content: null })).toEqual({ changed: true });
    expect(await host.call('acme.challenge', { token, content: null })).toEqual({ changed: false });
    await expect.poll(ask).toContain('404');
    expect(await host.sh('ls /var/lib/fairlead-acme/.well-known/acme-challenge')).toBe('link');
    await host.sh('rm /var/lib/fairlead-acme/.well-known/acme-challenge/link');
    for (const input of [
      { token: '../../../etc/cron.d/x', content },
      { token: '', content },
      { token: 'x', content: 'a\nb' },
      { token: 'x', content: '<script>' },
    ])
      expect((await host.raw({ verb: 'acme.challenge', input }))?.error).toMatchObject({
        code: 'invalid-input',
      });
  }));
