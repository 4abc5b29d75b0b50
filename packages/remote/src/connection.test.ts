import { createServer } from 'node:net';
import type { AppError } from '@fairlead/errors';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectSsh } from './connect.ts';
import { scanHostKey } from './host-key-scan.ts';
import { createKeyPair, fingerprintOf } from './index.ts';
import { startTestServer, type TestServer } from './ssh-server.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have been refused'),
    (error: AppError) => error,
  );

describe('connecting', () => {
  test('runs a command with every argument unchanged and reports its code', async () => {
    const connection = await connectSsh(server.target());
    const hostile = `a 'b' "c" $(id) \`id\` \\ * ; & | \n é {{x}}`;
    const result = await connection.exec(['printf', '%s', hostile]);
    expect(result).toEqual({ code: 0, signal: null, stdout: hostile, stderr: '' });
    expect((await connection.exec(['sh', '-c', 'cat >&2; exit 3'], { stdin: 'in' })).stderr).toBe('in');
    expect((await connection.exec(['sh', '-c', 'exit 3'])).code).toBe(3);
    connection.close();
  });

  test('refuses a changed host key and names both fingerprints', async () => {
    const other = createKeyPair('other').publicKey;
    const error = await failure(connectSsh(server.target({ hostKey: other })));
    expect(error.code).toBe('host-key-changed');
    expect(error.details).toEqual({ pinned: fingerprintOf(other), offered: fingerprintOf(server.hostKey) });
    expect(error.retryable).toBe(false);
  });

  test('refuses a server that no longer offers the pinned type of key as changed', async () => {
    const rsa = ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256 }).public;
    expect((await failure(connectSsh(server.target({ hostKey: rsa })))).code).toBe('host-key-changed');
  });

  test('refuses a server whose key nobody has confirmed', async () => {
    const error = await failure(connectSsh(server.target({ hostKey: null })));
    expect(error.code).toBe('host-key-unknown');
    expect(error.details).toEqual({ offered: fingerprintOf(server.hostKey) });
  });

  test('tells a key that the server does not accept, with its fingerprint', async () => {
    const stranger = createKeyPair('stranger');
    const error = await failure(connectSsh(server.target({ privateKey: stranger.privateKey })));
    expect(error.code).toBe('authentication-failed');
    expect(error.hint).toContain(stranger.fingerprint);
    expect(JSON.stringify(error.toPublic())).not.toContain('PRIVATE');
  });

  test('tells refused, unknown name and silence apart', async () => {
    const closed = await startTestServer();
    await closed.close();
    expect((await failure(connectSsh(closed.target()))).code).toBe('connection-refused');
    expect((await failure(connectSsh(server.target({ address: 'no.such.host.invalid' })))).code).toBe(
      'dns-failed',
    );
    const limits = { tcpTimeoutMs: 100, handshakeTimeoutMs: 100 };
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as import('node:net').AddressInfo;
    const error = await failure(connectSsh(server.target({ port }), { limits }));
    expect(error.code).toBe('connection-timeout');
    expect(error.message).toContain('SSH did not get ready');
    silent.close();
  });

  test('tells something that is no SSH server', async () => {
    const web = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const { port } = web.address() as import('node:net').AddressInfo;
    expect((await failure(connectSsh(server.target({ port })))).code).toBe('connection-lost');
    expect((await failure(scanHostKey('127.0.0.1', port))).code).toBe('connection-lost');
    web.close();
  });

  test('never takes a broken connection for success', async () => {
    const connection = await connectSsh(server.target());
    const running = failure(connection.exec(['sleep', '30']));
    await connection.exec(['true']);
    server.cut();
    expect((await running).code).toBe('connection-lost');
    expect(connection.isOpen).toBe(false);
    expect((await failure(connection.exec(['true']))).code).toBe('connection-lost');
  });

  test('ends a command at its deadline and on abort', async () => {
    const connection = await connectSsh(server.target());
    expect((await failure(connection.exec(['sleep', '30'], { timeoutMs: 50 }))).code).toBe(
      'connection-timeout',
    );
    const abort = new AbortController();
    const running = failure(connection.exec(['sleep', '30'], { signal: abort.signal }));
    abort.abort();
    expect((await running).code).toBe('cancelled');
    expect((await connection.exec(['true'])).code).toBe(0);
    connection.close();
  });

  test('bounds the output that it keeps', async () => {
    const connection = await connectSsh(server.target());
    const result = await connection.exec(['head', '-c', '3000000', '/dev/zero'], { maxOutputBytes: 1000 });
    expect(result.stdout).toHaveLength(1000);
    connection.close();
  });

  test('holds at most eight sessions open and lets the rest wait', async () => {
    const connection = await connectSsh(server.target());
    const results = await Promise.all(Array.from({ length: 20 }, () => connection.exec(['sleep', '0.01'])));
    expect(results.every((result) => result.code === 0)).toBe(true);
    connection.close();
  });
});

test('a scan reads the host key without authenticating', async () => {
  const offered = await scanHostKey('127.0.0.1', server.port);
  expect(offered).toEqual({
    key: server.hostKey,
    fingerprint: fingerprintOf(server.hostKey),
    type: 'ssh-ed25519',
  });
});
