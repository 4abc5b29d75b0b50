import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNetworkList } from './read-network-list.ts';

// A server with a certificate for `localhost`, which is the one name that leads to this machine everywhere.
let folder: string;
let server: Server;
let ca: string;
let port: number;
const asked: string[] = [];

const answers: Record<string, RequestListener> = {
  '/ips': (_, response) =>
    response.end('# IPv4\n198.51.100.0/24\r\n\r\n  203.0.113.9 # edge\n2001:db8::/32\n'),
  '/moved': (_, response) => response.writeHead(302, { Location: '/ips' }).end(),
  '/circle': (_, response) => response.writeHead(302, { Location: '/circle' }).end(),
  '/plain': (_, response) => response.writeHead(302, { Location: 'http://localhost/ips' }).end(),
  '/inside': (_, response) =>
    response.writeHead(302, { Location: 'https://169.254.169.254/latest/meta-data/' }).end(),
  '/nowhere': (_, response) => response.writeHead(302, { Location: 'https://[' }).end(),
  '/long': (_, response) => response.end('198.51.100.1\n'.repeat(10_000)),
  '/slow': (_, response) => void response.writeHead(200).write('198.51.100.1\n'),
  '/silent': () => {},
  '/cut': (_, response) => {
    response.writeHead(200, { 'Content-Length': '1000' }).write('198.51.100.1\n');
    setTimeout(() => response.destroy(), 50);
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-list-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-keyout', key, '-out', cert, ...subject],
  ]);
  ca = await readFile(cert, 'utf8');
  server = createServer({ key: await readFile(key), cert: ca }, (request, response) => {
    const { url = '' } = request;
    asked.push(url);
    const answer = answers[url] ?? ((_, gone) => gone.writeHead(404).end());
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  port = (server.address() as AddressInfo).port;
}, 60_000);
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

const read = (path: string, more: object = {}) =>
  readNetworkList(`https://localhost${path}`, { ca, port, allowPrivateNetworks: true, ...more });

describe('a list of networks', { timeout: 30_000 }, () => {
  it('is read line by line, without remarks, after a redirect too', async () => {
    const lines = ['198.51.100.0/24', '203.0.113.9', '2001:db8::/32'];
    expect(await read('/ips')).toEqual(lines);
    expect(await read('/moved')).toEqual(lines);
  });

  it.each([
    ['/circle', 'redirects more than 3 times'],
    ['/plain', 'something else than plain https'],
    ['/inside', 'an address inside this network'],
    ['/nowhere', 'what is no address'],
    ['/none', 'it answered 404'],
    ['/long', 'longer than 64 KiB'],
    ['/cut', 'the connection failed'],
  ])('%s: %s', async (path, why) => {
    await expect(read(path)).rejects.toMatchObject({
      code: 'network-list-unreachable',
      message: expect.stringContaining(why),
    });
  });

  it.each(['/slow', '/silent'])('is not waited for without end: %s', async (path) => {
    const startedAt = performance.now();
    await expect(read(path, { timeoutMs: 300 })).rejects.toThrow('did not answer in time');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('is not looked for inside the control plane’s own network: nothing is asked there', async () => {
    const before = asked.length;
    await expect(read('/ips', { allowPrivateNetworks: false })).rejects.toThrow('inside this network');
    for (const host of [
      '127.0.0.1',
      '[::1]',
      '10.0.0.1',
      '[::ffff:10.0.0.1]',
      '169.254.169.254',
      '0.0.0.0',
    ]) {
      await expect(readNetworkList(`https://${host}/ips`, { port, ca })).rejects.toThrow(
        'inside this network',
      );
    }
    expect(asked).toHaveLength(before);
  });

  it('is believed only with a certificate for its name', async () => {
    await expect(
      readNetworkList('https://localhost/ips', { port, allowPrivateNetworks: true }),
    ).rejects.toThrow(/the connection failed \((?:DEPTH_ZERO_)?SELF_SIGNED_CERT/);
  });
});
