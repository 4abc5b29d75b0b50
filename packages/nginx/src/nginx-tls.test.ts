import { mkdir, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../testing/ask.ts';
import { type EchoApp, startEchoApp } from '../testing/echo-app.ts';
import {
  authority,
  freePorts,
  installedNginx,
  makePrefix,
  type Prefix,
  startNginx,
} from '../testing/real-nginx.ts';
import { capabilitiesOf, frontSpecSchema, renderFront } from './index.ts';

// Fronts with TLS before one app, on the installed Nginx, with a certificate of an authority of our own.
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let app: EchoApp;
let stopResponder: () => void;
let plain: number;
let secure: number;

const certificate = 'c5'.repeat(32);
const name = (app: string) => `${app}.example.com`;
const fronts = {
  both: {},
  stapled: { tls: { stapling: true } },
  forced: { tls: { forceHttps: true, hstsSeconds: 31_536_000, hstsSubdomains: true } },
  closed: { tls: { forceHttps: true, hstsSeconds: 300 }, maintenance: true },
  kept: { method: 'sticky', stickyCookie: 'seat' },
  safe: { method: 'sticky', stickyCookie: 'seat', tls: { forceHttps: true } },
  // Its second name is in no certificate.
  partly: { tls: { forceHttps: true }, names: ['partly.example.com', 'partly.test'] },
} as const;

beforeAll(async () => {
  const capabilities = { ...(await installedNginx()), announcesReloads: true };
  const ports = await freePorts(3);
  const [, , responder = 0] = ports;
  [plain = 0, secure = 0] = ports;
  app = await startEchoApp('one');
  const sites = Object.entries(fronts).map(([slug, front]) => {
    const spec = {
      kind: 'front',
      app: slug,
      generation: 1,
      names: [name(slug)],
      listenPort: plain,
      method: 'round_robin',
      servers: [{ address: '127.0.0.1', port: app.port }],
      ...front,
      tls: { listenPort: secure, certificate, names: [name(slug)], ...('tls' in front ? front.tls : {}) },
    };
    return renderFront(frontSpecSchema.parse(spec), capabilities).content;
  });
  const shown = authority.issue({
    names: ['*.example.com'],
    ocsp: `http://127.0.0.1:${responder}/`,
  });
  stopResponder = authority.respond(responder, shown.certificate);
  prefix = await makePrefix(shown);
  nginx = await startNginx(prefix, sites);
}, 60_000);

afterAll(async () => {
  stopResponder?.();
  await nginx?.stop();
  await app?.stop();
  await prefix?.remove();
}, 60_000);

interface Visit {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
}

/** One request by TLS, refused where the certificate is not of the authority or not for the name. */
function visit(host: string, { path = '/', method = 'GET', headers = {} }: Visit = {}) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.1',
          port: secure,
          servername: host,
          ca: authority.root,
          path,
          method,
          headers: { Host: host, ...headers },
          agent: false,
        },
        async (response) => {
          const chunks: Buffer[] = [];
          for await (const chunk of response) chunks.push(chunk);
          const body = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        },
      );
      call.on('error', reject);
      call.end();
    },
  );
}

const without = (host: string, visit: Visit = {}) =>
  ask({ port: plain, ...visit, headers: { Host: host, ...visit.headers } });

type Stapled = TLSSocket & { stapled?: Buffer | null };

/** A handshake alone; `then` sees the connection. */
function shake<T>(options: ConnectionOptions, then: (socket: TLSSocket) => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: secure, ca: authority.root, ...options }, async () => {
      resolve(await then(socket));
      socket.destroy();
    });
    socket.on('OCSPResponse', (response: Buffer | null) => Object.assign(socket, { stapled: response }));
    socket.on('error', reject);
  });
}

describe('by TLS', { timeout: 60_000 }, () => {
  it('the app is told the scheme and the port that its visitors used, each way', async () => {
    const seen = JSON.parse((await visit(name('both'), { headers: { 'X-Forwarded-Proto': 'http' } })).body);
    expect(seen.headers).toMatchObject({
      'x-forwarded-proto': 'https',
      'x-forwarded-port': String(secure),
      'x-forwarded-host': `${name('both')}:${secure}`,
      host: `${name('both')}:${secure}`,
    });
    const other = JSON.parse(
      (await without(name('both'), { headers: { 'X-Forwarded-Proto': 'https' } })).body,
    );
    expect(other.headers).toMatchObject({
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(plain),
      host: `${name('both')}:${plain}`,
    });
  });

  it('a visitor without it is sent on with path, query and method, and is served where it is not forced', async () => {
    const path = '/a%20b/%0d%0aX-Evil:1?next=//evil.example&x=%22';
    const answer = await without(name('forced'), { path, method: 'POST' });
    expect([answer.status, answer.headers.location]).toEqual([
      308,
      `https://${name('forced')}:${secure}${path}`,
    ]);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
    expect((await without(name('both'))).status).toBe(200);
    expect((await visit(name('forced'))).status).toBe(200);
  });

  it('nobody’s name ends in the handshake, without anybody’s certificate', async () => {
    for (const servername of ['other.example.com', 'forced.invalid', undefined])
      await expect(
        shake(
          { ...(servername === undefined ? {} : { servername }), checkServerIdentity: () => undefined },
          () => 1,
        ),
      ).rejects.toThrow(/unrecognized name/);
  });

  it('a name without a certificate is served plainly and led nowhere', async () => {
    expect((await without('partly.test')).status).toBe(200);
    expect((await without(name('partly'))).status).toBe(308);
    await expect(shake({ servername: 'partly.test' }, () => 1)).rejects.toThrow(/unrecognized name/);
  });

  it('old versions and ciphers are refused', async () => {
    const with_ = (options: ConnectionOptions) =>
      shake({ servername: name('both'), ...options }, (socket) => socket.getProtocol());
    expect(await with_({})).toBe('TLSv1.3');
    expect(await with_({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(with_(old)).rejects.toThrow(/version/);
    for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-SHA'])
      await expect(with_({ maxVersion: 'TLSv1.2', ciphers })).rejects.toThrow(/handshake failure/);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of %s is taken up again', async (maxVersion) => {
    const options = { servername: name('both'), maxVersion };
    const session = await shake(options, (socket) => {
      // TLS 1.2 gave it with the handshake, TLS 1.3 gives it after that.
      if (maxVersion === 'TLSv1.2') return socket.getSession();
      const kept = new Promise<Buffer>((resolve) => socket.once('session', resolve));
      socket.write(`GET / HTTP/1.1\r\nHost: ${name('both')}\r\n\r\n`);
      return kept;
    });
    expect(await shake({ ...options, session }, (socket) => socket.isSessionReused())).toBe(true);
  });

  it('HTTP/2 is spoken', async () => {
    const client = connectHttp2(`https://${name('forced')}:${secure}`, {
      ca: authority.root,
      lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    try {
      const status = await new Promise((resolve, reject) => {
        client.on('error', reject);
        const stream = client.request({ ':path': '/' });
        stream.on('response', (headers) => resolve(headers[':status']));
        stream.on('error', reject);
      });
      expect([status, client.alpnProtocol]).toEqual([200, 'h2']);
    } finally {
      client.destroy();
    }
  });

  it('HSTS is said with every answer of a forced front, errors and maintenance too, and once', async () => {
    const word = 'max-age=31536000; includeSubDomains';
    const said = async (host: string, path = '/') =>
      (await visit(host, { path })).headers['strict-transport-security'];
    expect(await said(name('forced'))).toBe(word);
    expect(await said(name('forced'), '/.well-known/fairlead/health')).toBe(word);
    const closed = await visit(name('closed'));
    expect([closed.status, closed.headers['strict-transport-security']]).toEqual([503, 'max-age=300']);
    expect(await said(name('both'))).toBeUndefined();
  });

  it('the cookie of sticky visitors is for TLS alone where they come by TLS', async () => {
    const cookie = async (answer: Promise<{ headers: Record<string, unknown> }>) =>
      String((await answer).headers['set-cookie']).toLowerCase();
    expect(await cookie(visit(name('safe')))).toMatch(/; secure/);
    // Nginx's own cookie has no way to be so for some alone, so there it is for nobody.
    const { version } = await installedNginx();
    const isOwn = version[1] >= 30;
    expect((await cookie(visit(name('kept')))).includes('; secure')).toBe(!isOwn);
    expect(await cookie(without(name('kept')))).not.toContain('secure');
  });

  it('the word of the certificate’s responder comes with the handshake, where there is one', async () => {
    const options = { requestOCSP: true } as ConnectionOptions;
    const stapled = (host: string) =>
      shake({ ...options, servername: host }, (socket) => (socket as Stapled).stapled ?? null);
    // Nginx asks with the first handshake and has an answer for those that follow.
    await expect.poll(() => stapled(name('stapled')), { timeout: 10_000 }).not.toBeNull();
    const answer = await stapled(name('stapled'));
    expect(answer?.subarray(0, 40).toString('hex')).toContain('0a0100');
    expect(await stapled(name('both'))).toBeNull();
  });

  it('a challenge of ACME is answered without it, before any redirect', async () => {
    const folder = join(prefix.path, 'acme', '.well-known', 'acme-challenge');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'token-1'), 'token-1.thumbprint');
    for (const host of [name('forced'), name('closed'), 'partly.test'])
      expect((await without(host, { path: '/.well-known/acme-challenge/token-1' })).body).toBe(
        'token-1.thumbprint',
      );
  });
});

describe('TLS', () => {
  const spec = {
    kind: 'front',
    app: 'shop',
    generation: 1,
    names: ['shop.example.com', 'www.example.com'],
    listenPort: 80,
    method: 'round_robin',
    servers: [{ address: '10.0.0.2', port: 80 }],
  };
  const tls = { certificate, names: ['shop.example.com'] };
  const refusals = (more: object, change: object = {}) =>
    frontSpecSchema
      .safeParse({ ...spec, ...change, tls: { ...tls, ...more } })
      .error?.issues.map(({ path }) => path.join('.'));

  it('is refused by name on an Nginx without it', () => {
    const parsed = frontSpecSchema.parse({ ...spec, tls });
    expect(() => renderFront(parsed, capabilitiesOf({ version: '1.26.3', modules: [] }))).toThrow(
      'Nginx 1.26.3 of the balancer has no TLS.',
    );
  });

  it('is refused where its parts do not go together', () => {
    expect(refusals({})).toBeUndefined();
    expect(refusals({ hstsSeconds: 5 })).toEqual(['tls.hstsSeconds']);
    expect(refusals({ forceHttps: true, hstsSubdomains: true })).toEqual(['tls.hstsSubdomains']);
    const short = { forceHttps: true, hstsSeconds: 300, hstsSubdomains: true, hstsPreload: true };
    expect(refusals(short)).toEqual(['tls.hstsPreload']);
    expect(refusals({ names: ['www.example.com'] })).toEqual(['tls.names']);
    expect(refusals({ names: ['other.example.com'] })).toEqual(['tls.names']);
    expect(refusals({ listenPort: 80 })).toEqual(['tls.listenPort']);
    const http = { responseHeaders: [{ name: 'strict-transport-security', value: 'max-age=1' }] };
    expect(refusals({ forceHttps: true }, { http })).toEqual(['http.responseHeaders']);
    for (const hostile of ['', '../'.repeat(21), `${'c5'.repeat(31)};}`, 'C5'.repeat(32), `${certificate}\n`])
      expect(refusals({ certificate: hostile }), hostile).toEqual(['tls.certificate']);
  });
});
