import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { issueCertificate, makeAuthority } from '../authority/index.ts';
import { SshPool } from '../pool.ts';
import { startTestServer, type TestServer } from '../ssh-server.fixture.ts';
import { type ProbeRequest, Prober } from './prober.ts';

let balancer: TestServer;
let pool: SshPool;
let prober: Prober;
const closers: (() => void)[] = [];
beforeEach(async () => {
  balancer = await startTestServer();
  pool = new SshPool();
  prober = new Prober(pool);
});
afterEach(async () => {
  prober.close();
  pool.close();
  for (const close of closers.splice(0)) close();
  await balancer.close();
});

async function listen(server: Server, port = 0) {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}
async function backend(listener: RequestListener, port = 0) {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  closers.push(() => server.closeAllConnections());
  return { server, port: await listen(server, port) };
}
const raw = (onSocket: (socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  return listen(
    createTcpServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      onSocket(socket);
    }),
  );
};
const request = (port: number, change: Partial<ProbeRequest> = {}): ProbeRequest => ({
  via: balancer.target({ name: 'lb-1' }),
  address: '127.0.0.1',
  port,
  path: '/',
  host: 'shop.example',
  timeoutMs: 3_000,
  ...change,
});
const ways = [
  ['through the tunnel', (port: number, change: Partial<ProbeRequest> = {}) => request(port, change)],
  ['directly', (port: number, change: Partial<ProbeRequest> = {}) => request(port, { ...change, via: null })],
] as const;

describe.each(ways)('%s', (_name, ask) => {
  test.each([
    [200, true],
    [201, true],
    [204, true],
    [301, true],
    [302, true],
    [304, false],
    [401, false],
    [404, false],
    [500, false],
    [503, false],
  ])('an answer of %d is healthy: %s', async (status, healthy) => {
    const { port } = await backend((_request, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
    });
    expect(await prober.probe(ask(port))).toMatchObject({
      kind: 'observed',
      healthy,
      status,
      reason: `answered ${status}`,
    });
  });

  test('asks for the path with the host, over one kept connection', async () => {
    const seen: string[] = [];
    const ports = new Set<number | undefined>();
    const { port } = await backend((incoming, response) => {
      seen.push(`${incoming.headers.host}${incoming.url}`);
      ports.add(incoming.socket.remotePort);
      response.end('fine'.repeat(1000));
    });
    for (let turn = 0; turn < 5; turn += 1) {
      const result = await prober.probe(ask(port, { path: '/up?x=1' }));
      expect(result.healthy).toBe(true);
      expect(result.latencyMs).toBeGreaterThan(0);
    }
    expect(new Set(seen)).toEqual(new Set(['shop.example/up?x=1']));
    expect(ports.size).toBe(1);
    await prober.probe(ask(port, { freshConnection: true }));
    expect(ports.size).toBe(2);
  });

  test('a kept connection that died is replaced before the backend is judged', async () => {
    const { server, port } = await backend((_request, response) => response.end());
    expect((await prober.probe(ask(port))).healthy).toBe(true);
    server.closeAllConnections();
    expect((await prober.probe(ask(port))).healthy).toBe(true);
  });

  test('refused, silent, reset, closed and what is not HTTP are told apart', async () => {
    const refused = await prober.probe(ask(1));
    expect(refused).toMatchObject({ healthy: false, fault: 'refused', reason: 'refused the connection' });
    const silent = await raw(() => undefined);
    expect(await prober.probe(ask(silent, { timeoutMs: 150 }))).toMatchObject({
      kind: 'observed',
      healthy: false,
      fault: 'timeout',
      reason: 'no answer within 0.15 s',
    });
    const closes = await raw((socket) => socket.once('data', () => socket.end('HTTP/1.1 200')));
    expect(await prober.probe(ask(closes))).toMatchObject({ healthy: false, fault: 'closed' });
    const resets = await raw((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(['reset', 'closed']).toContain((await prober.probe(ask(resets))).fault);
    const ssh = await raw((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await prober.probe(ask(ssh))).toMatchObject({ healthy: false, fault: 'not-http' });
    const plain = await backend((_request, response) => response.end());
    const tls = await prober.probe(ask(plain.port, { scheme: 'https', host: 'localhost' }));
    expect(tls).toMatchObject({ healthy: false, fault: 'tls' });
  });

  test('by TLS it asks as an authority of our own is trusted, and says what is wrong with a certificate', async () => {
    const name = 'shop.backend.fairlead.internal';
    const now = new Date();
    const made = await makeAuthority('ours', now);
    const foreign = await makeAuthority('ours', now);
    const authority = { certificate: made.certificate, name };
    const show = async (by: typeof made, of: string, at = now) => {
      const { certificate: cert, key } = await issueCertificate(by, [of], at);
      const server = createTlsServer({ cert, key }, (_request, response) => response.end());
      closers.push(() => server.closeAllConnections());
      return prober.probe(ask(await listen(server), { scheme: 'https', authority }));
    };
    expect(await show(made, name)).toMatchObject({ healthy: true, status: 200 });
    const past = new Date(now.getTime() - 100 * 86_400_000);
    expect(await show(made, name, past)).toMatchObject({ healthy: false, fault: 'certificate-ended' });
    expect(await show(made, `x.${name}`)).toMatchObject({ healthy: false, fault: 'certificate-name' });
    expect(await show(foreign, name)).toMatchObject({
      healthy: false,
      fault: 'certificate-issuer',
      reason: 'the certificate that it shows is not of the authority that is to have issued it',
    });
    const plain = await backend((_request, response) => response.end());
    const request = ask(plain.port, { scheme: 'https', authority });
    expect(await prober.probe(request)).toMatchObject({ healthy: false, fault: 'tls' });
  });

  test('an endless body is not waited for', async () => {
    const { port } = await backend((_request, response) => {
      const pour = () => response.write('x'.repeat(60_000), pour);
      response.on('error', () => undefined);
      pour();
    });
    expect((await prober.probe(ask(port))).healthy).toBe(true);
  });

  test('a stopped backend is refused on the next new connection', async () => {
    const { server, port } = await backend((_request, response) => response.end());
    expect((await prober.probe(ask(port))).healthy).toBe(true);
    server.close();
    server.closeAllConnections();
    expect(await prober.probe(ask(port))).toMatchObject({ healthy: false, fault: 'refused' });
    await backend((_request, response) => response.end(), port);
    expect((await prober.probe(ask(port))).healthy).toBe(true);
  });
});

describe('what was not seen', () => {
  test('a balancer that cannot be reached leaves the backend unobserved', async () => {
    const { port } = await backend((_request, response) => response.end());
    expect((await prober.probe(request(port))).healthy).toBe(true);
    await balancer.close();
    expect(await prober.probe(request(port))).toMatchObject({ kind: 'unobserved', healthy: null });
  });

  test('a balancer that forbids forwarding leaves the backend unobserved', async () => {
    const strict = await startTestServer({ forwarding: false });
    const result = await prober.probe(request(80, { via: strict.target() }));
    expect(result).toMatchObject({ kind: 'unobserved', healthy: null });
    await strict.close();
  });

  test('a silence is blamed on the backend only while the tunnel itself answers', async () => {
    const silent = await raw(() => undefined);
    const { relay, freeze } = await freezable(balancer.port);
    const via = balancer.target({ name: 'lb-1', port: relay });
    expect(await prober.probe(request(silent, { via, timeoutMs: 1_000 }))).toMatchObject({
      kind: 'observed',
      healthy: false,
    });
    freeze();
    const result = await prober.probe(request(silent, { via, timeoutMs: 1_000 }));
    expect(result).toMatchObject({ kind: 'unobserved', healthy: null });
    expect(result.reason).toContain('lb-1');
  });

  test('a balancer that refuses the key is not asked again for every backend', async () => {
    const via = balancer.target({ hostKey: null });
    for (let backends = 0; backends < 5; backends += 1) {
      expect((await prober.probe(request(80 + backends, { via }))).kind).toBe('unobserved');
    }
    expect(balancer.seen.connections).toBe(1);
  });

  test('the tunnel that comes back is used again', async () => {
    const { port } = await backend((_request, response) => response.end());
    await prober.probe(request(port));
    balancer.cut();
    await vi.waitFor(async () => expect((await prober.probe(request(port))).healthy).toBe(true));
  });
});

test('letters that a request cannot hold are refused', async () => {
  for (const change of [
    { path: '/x HTTP/1.1\r\nX: y' },
    { path: 'x' },
    { path: '/a b' },
    { host: 'a\r\nb' },
    { host: '' },
  ]) {
    await expect(prober.probe(request(80, change))).rejects.toMatchObject({ code: 'invalid-input' });
  }
});

/** A relay to `port` that can stop passing bytes without closing, as a dropped route does. */
async function freezable(port: number) {
  const { connect } = await import('node:net');
  let frozen = false;
  const relay = await raw((socket) => {
    const out = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.on('data', (chunk) => !frozen && out.write(chunk));
    out.on('data', (chunk) => !frozen && socket.write(chunk));
    closers.push(() => out.destroy());
  });
  return {
    relay,
    freeze: () => {
      frozen = true;
    },
  };
}
