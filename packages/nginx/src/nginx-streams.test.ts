import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  freePorts,
  installedNginx,
  makePrefix,
  type Prefix,
  startNginx,
  testConfig,
} from '../testing/real-nginx.ts';
import { streamSpecs } from '../testing/stream-arbitraries.ts';
import { say, sayTls, startTcpService, startTlsService, type TcpService } from '../testing/tcp-service.ts';
import { times } from '../testing/times.ts';
import { type NginxCapabilities, renderStreams, type StreamSpec, streamSpecSchema } from './index.ts';

// client → a port of Nginx's → one of two services, which listen on one port of 127.0.0.2 and 127.0.0.3, as the backends of an app do.
let capabilities: NginxCapabilities;
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let services: TcpService[];
let port: Record<'raw' | 'narrow' | 'told' | 'behind' | 'chained' | 'names' | 'down' | 'few', number>;

const hosts = ['127.0.0.2', '127.0.0.3'] as const;
const rawPort = 61_801;
const [oneTls, twoTls] = [61_802, 61_803] as const;

beforeAll(async () => {
  capabilities = await installedNginx();
  const [raw = 0, narrow = 0, told = 0, behind = 0, chained = 0, names = 0, down = 0, few = 0] =
    await freePorts(8);
  port = { raw, narrow, told, behind, chained, names, down, few };
  services = await Promise.all([
    startTcpService('one', hosts[0], rawPort),
    startTcpService('two', hosts[1], rawPort),
    startTlsService('one.example.com', hosts[0], oneTls),
    startTlsService('two.example.com', hosts[0], twoTls),
  ]);
  const file = (app: string, streams: object[], servers: object[] = hosts.map((address) => ({ address }))) =>
    renderStreams(
      streamSpecSchema.parse({ kind: 'stream', app, generation: 1, streams, servers }),
      capabilities,
    ).content;
  const stream = (name: keyof typeof port, more: object = {}) => ({
    name,
    listenPort: port[name],
    backendPort: rawPort,
    ...more,
  });
  const named = { ...stream('names'), listenPort: names };
  prefix = await makePrefix();
  nginx = await startNginx(
    prefix,
    [],
    [
      file('shop', [
        stream('raw'),
        stream('narrow', { allowFrom: ['192.0.2.0/24'] }),
        stream('told', { proxyProtocolOut: true, method: 'hash' }),
        stream('behind', { proxyProtocolFrom: ['127.0.0.1'], proxyProtocolOut: true, method: 'random' }),
        stream('chained', { proxyProtocolFrom: ['192.0.2.1'], proxyProtocolOut: true, method: 'least_conn' }),
      ]),
      file(
        'secret',
        [
          { ...named, name: 'one', backendPort: oneTls, serverNames: ['one.example.com'] },
          {
            ...named,
            name: 'two',
            backendPort: twoTls,
            serverNames: ['two.example.com', `${'long-'.repeat(12)}two.example.com`],
          },
        ],
        [{ address: hosts[0] }],
      ),
      file(
        'dark',
        [stream('down')],
        hosts.map((address) => ({ address, down: true })),
      ),
      file('few', [stream('few', { maxConns: 1 })], [{ address: hosts[0] }]),
    ],
  );
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await Promise.all((services ?? []).map((service) => service.stop()));
  await prefix?.remove();
}, 60_000);

/** The header that either service was told of in the last visit to it that said `words`. */
const headerOf = (words: string) => {
  const heard = services.flatMap((service) => service.heard).find((text) => text.includes(words)) ?? '';
  return /^PROXY TCP4 (\S+) (\S+) (\d+) (\d+)\r\n/.exec(heard)?.slice(1);
};

describe('a stream', { timeout: 60_000 }, () => {
  it('gives connections to both backends in turn, and passes bytes both ways as they are', async () => {
    const visits = [];
    for (let index = 0; index < 10; index += 1) visits.push(await say(port.raw, `\u0000hello ${index}`));
    expect(visits.filter((said) => said.startsWith('one\n'))).toHaveLength(5);
    expect(visits.map((said) => said.slice(4))).toEqual(visits.map((_, index) => `\u0000hello ${index}`));
  });

  it('lets nobody in whom it does not allow', async () => {
    expect(await say(port.narrow, 'let me in')).toBe('');
    expect(services.flatMap(({ heard }) => heard).join()).not.toContain('let me in');
  });

  it('tells backends who the client is, by PROXY protocol v1', async () => {
    await say(port.told, 'who am I');
    expect(headerOf('who am I')?.slice(0, 2)).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(headerOf('who am I')?.[3]).toBe(String(port.told));
  });

  it('takes the word of a proxy that it trusts, and hands it on', async () => {
    await say(port.behind, 'PROXY TCP4 203.0.113.9 192.0.2.1 4711 5432\r\nI came by a proxy');
    expect(headerOf('I came by a proxy')?.[0]).toBe('203.0.113.9');
  });

  it('takes the word of no other proxy for who the client is', async () => {
    await say(port.chained, 'PROXY TCP4 203.0.113.9 192.0.2.1 4711 5432\r\nI say so myself');
    expect(headerOf('I say so myself')?.[0]).toBe('127.0.0.1');
  });

  it('closes on a client that has to send a PROXY header and sends none', async () => {
    expect(await say(port.behind, 'GET / HTTP/1.1\r\n\r\n')).toBe('');
  });

  it('passes TLS through by name, to the certificate of each backend port', async () => {
    expect(await sayTls(port.names, 'one.example.com', 'hello')).toEqual({
      certificate: 'one.example.com',
      said: 'one.example.com\nhello',
    });
    expect((await sayTls(port.names, 'TWO.example.com', 'hello')).certificate).toBe('two.example.com');
    const long = `${'long-'.repeat(12)}two.example.com`;
    expect((await sayTls(port.names, long, 'hello')).certificate).toBe('two.example.com');
  });

  it('leads a name that nobody claims, no name and no TLS at all nowhere', async () => {
    const before = services.flatMap(({ heard }) => heard).length;
    for (const name of ['three.example.com', 'example.com', null]) {
      expect(await sayTls(port.names, name, 'hello')).toEqual({ certificate: '', said: '' });
    }
    expect(await say(port.names, 'GET / HTTP/1.1\r\nHost: one.example.com\r\n\r\n')).toBe('');
    expect(services.flatMap(({ heard }) => heard)).toHaveLength(before);
  });

  it('closes where all backends are down', async () => {
    expect(await say(port.down, 'hello')).toBe('');
  });

  it('gives a backend no more connections at once than it may have', async () => {
    const first = connect(port.few, '127.0.0.1');
    await new Promise((resolve) => first.once('data', resolve));
    expect(await say(port.few, 'hello')).toBe('');
    first.destroy();
    await vi.waitFor(async () => expect(await say(port.few, 'hello')).toBe('one\nhello'), { timeout: 5_000 });
  });

  it('logs a connection with who, where and how long', async () => {
    await say(port.raw, 'for the log');
    const log = join(prefix.path, 'log', 'fairlead-shop.stream.log');
    await vi.waitFor(
      async () => {
        const lines = (await readFile(log, 'utf8')).trimEnd().split('\n');
        const last = lines
          .map((line) => JSON.parse(line))
          .filter((line) => line.port === String(port.raw))
          .at(-1);
        expect(last).toMatchObject({ client: '127.0.0.1', status: '200', bytes: 15, received: 11 });
        expect(last.upstream).toMatch(/^127\.0\.0\.[23]:61801$/);
      },
      { timeout: 10_000 },
    );
  });
});

/** Many apps on one server: each its own slug, at full length for some, and ports that nobody else has. */
function placed(specs: StreamSpec[]): StreamSpec[] {
  let next = 61_000;
  return specs.map((spec, index) => {
    const ports = new Map<number, number>();
    const portOf = (port: number) => {
      if (!ports.has(port)) ports.set(port, next++);
      return ports.get(port);
    };
    return streamSpecSchema.parse({
      ...spec,
      app: `${'shop-'.repeat(index % 6)}x${index}`.slice(-31).replace(/^-/, 'y'),
      streams: spec.streams.map((stream) => ({ ...stream, listenPort: portOf(stream.listenPort) })),
    });
  });
}

describe('the installed Nginx', { timeout: 60_000 * times }, () => {
  it('refuses a broken file of streams: the test of tests', async () => {
    const { accepted, output } = await testConfig([], ['server { listen 61000; nonsense on; }']);
    expect(accepted).toBe(false);
    expect(output).toContain('unknown directive "nonsense"');
  });

  it('accepts every file of streams, without a warning', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(streamSpecs, { minLength: 30, maxLength: 30 }), async (specs) => {
        const files = placed(specs).map((spec) => renderStreams(spec, capabilities).content);
        // Of so many apps at once, each with a variable, Nginx says that finding one takes longer.
        const { accepted, output } = await testConfig([], files);
        const unexpected = output.replace(/^.* could not build optimal variables_hash, .*\n/gm, '');
        expect({ accepted, unexpected }).toEqual({ accepted: true, unexpected: '' });
      }),
      { numRuns: 3 * times, endOnFailure: true },
    );
  });
});
