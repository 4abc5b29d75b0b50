import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppError } from '@fairlead/errors';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HostClient, type HostClientOptions } from './host-client.ts';
import { hostCall } from './host-protocol.ts';
import { SshPool } from './pool.ts';
import { startTestServer, type TestServer } from './ssh-server.fixture.ts';

const program = fileURLToPath(new URL('./host-program.fixture.mjs', import.meta.url));
const fence = { operationId: 'op-1', token: '7' };
const build = {
  app: 'shop',
  releaseId: '0191c1a0-0000-4000-8000-000000000000',
  runtime: 'node' as const,
  repositoryUrl: 'https://git.example/shop.git',
  branch: 'main',
  commit: 'a'.repeat(40),
  installCommand: null,
  buildCommand: null,
  timeoutSeconds: 60,
};
const drain = (timeoutMs: number, port = 3000) => ({ address: '10.0.0.1', port, timeoutMs });

let server: TestServer;
let pool: SshPool;
let folder: string;
beforeEach(async () => {
  server = await startTestServer();
  pool = new SshPool();
  folder = mkdtempSync(join(tmpdir(), 'fairlead-host-'));
});
afterEach(async () => {
  pool.close();
  await server.close();
  rmSync(folder, { recursive: true });
});
const client = (options: HostClientOptions = {}) =>
  new HostClient(pool, server.target(), {
    command: [process.execPath, program, join(folder, 'journal')],
    ...options,
  });
const requests = () =>
  readFileSync(join(folder, 'journal'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { verb: string; fence?: unknown });
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have failed'),
    (error: AppError) => error,
  );

test('one resident program serves every call of every client of a server', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => client().call('hello', {})));
  expect(new Set(answers.map((answer) => answer.pid)).size).toBe(1);
  expect(server.seen.channels).toBe(1);
});

test('answers come back to their own request, in whatever order', async () => {
  const slow = client().call('nginx.drain', drain(80));
  const fast = client().call('nginx.drain', drain(5));
  const order: number[] = [];
  await Promise.all([slow, fast].map((call) => call.then((result) => order.push(result.waitedMs))));
  expect(order).toEqual([5, 80]);
});

test('logs and progress reach the caller, and the fence travels', async () => {
  const onLog = vi.fn();
  const onProgress = vi.fn();
  const result = await client().call('release.build', build, { fence, onLog, onProgress });
  expect(result.commit).toBe(build.commit);
  expect(onLog).toHaveBeenCalledWith({ stream: 'stdout', text: 'npm ci é' });
  expect(onProgress).toHaveBeenCalledWith({ share: 0.5, text: 'half' });
  expect(requests()[0]?.fence).toEqual(fence);
});

test('a changing verb without a fence, and input that breaks the contract, never leave this process', async () => {
  expect((await failure(client().call('release.build', build))).code).toBe('internal');
  const error = await failure(client().call('app.remove', { app: '../../etc' }, { fence }));
  expect(error.code).toBe('invalid-input');
  expect(JSON.stringify(error.details)).not.toContain('../../etc');
  expect(server.seen.connections).toBe(0);
});

test('errors of the host keep their code; unknown codes and unknown answers are host-refused', async () => {
  const fenced = await failure(client().call('app.remove', { app: 'shop' }, { fence }));
  expect(fenced).toMatchObject({ code: 'fenced-off', server: 'web-1', details: { newest: '9' } });
  expect((await failure(client().call('inventory', {}))).code).toBe('host-refused');
  expect((await failure(client().call('release.observe', { app: 'shop' }))).code).toBe('host-refused');
});

test('a call survives a connection that breaks under it: it connects again and asks the same again', async () => {
  const call = client().call('nginx.drain', drain(150));
  await vi.waitFor(() => expect(requests()).toHaveLength(1));
  server.cut();
  expect(await call).toEqual({ remaining: 0, waitedMs: 150 });
  expect(requests()).toHaveLength(2);
  expect(server.seen.connections).toBe(2);
});

test('a program that keeps dying ends the call after a bounded number of attempts', async () => {
  await client().call('hello', {});
  const error = await failure(client({ reconnects: 2 }).call('nginx.drain', drain(0, 1)));
  expect(error.code).toBe('host-refused');
  expect(requests().length).toBeLessThanOrEqual(4);
});

test('a program that hangs on a living connection is replaced after a missed heartbeat', async () => {
  const error = await failure(
    client({ heartbeatMs: 400, reconnects: 1 }).call('nginx.drain', drain(60_000, 2)),
  );
  expect(error.code).toBe('connection-lost');
  expect(requests().filter((request) => request.verb === 'nginx.drain')).toHaveLength(2);
  expect((await client().call('hello', {})).hostname).toBe('fixture');
});

test('a long call on a program that answers heartbeats goes on', async () => {
  await client().call('hello', {});
  expect(await client({ heartbeatMs: 50 }).call('nginx.drain', drain(400))).toMatchObject({ remaining: 0 });
  expect(requests().filter((request) => request.verb === 'nginx.drain')).toHaveLength(1);
});

test('the deadline and an abort end the call but not the program', async () => {
  await client().call('hello', {});
  expect((await failure(client().call('nginx.drain', drain(5_000), { timeoutMs: 50 }))).code).toBe(
    'connection-timeout',
  );
  const abort = new AbortController();
  const call = failure(client().call('nginx.drain', drain(5_000), { signal: abort.signal }));
  abort.abort();
  expect((await call).code).toBe('cancelled');
  expect(server.seen.channels).toBe(1);
});

describe('a sequence that goes on to one call more', () => {
  const first = [hostCall('nginx.drain', drain(1)), hostCall('nginx.drain', drain(2))] as const;
  const options = (signal = new AbortController().signal) => ({ fence, first: { signal } });

  test('answers the first ones as soon as they are there, and the last one later', async () => {
    const order: string[] = [];
    const last = hostCall('nginx.drain', drain(150));
    const [results, answer] = await client().sequenceOnto(first, last, options());
    order.push('first');
    expect(results.map(({ waitedMs }) => waitedMs)).toEqual([1, 2]);
    await Promise.all([answer.then(() => order.push('last')), order.push('between')]);
    expect(order).toEqual(['first', 'between', 'last']);
    expect((await answer).waitedMs).toBe(150);
    expect(requests().map(({ verb }) => verb)).toEqual(['sequence']);
  });

  test('fails as a whole while the first ones are not done, and with the last one alone after them', async () => {
    const failing = hostCall('app.remove', { app: 'shop' });
    const early = client().sequenceOnto([first[0], failing], first[1], options());
    expect((await failure(early)).code).toBe('fenced-off');
    const [results, answer] = await client().sequenceOnto(first, failing, options());
    expect(results).toHaveLength(2);
    expect((await failure(answer)).code).toBe('fenced-off');
  });

  test('is withdrawn where the first ones are wanted no more, and goes on where they are done', async () => {
    const abort = new AbortController();
    await client().call('hello', {});
    const slow = hostCall('nginx.drain', drain(60_000));
    const call = failure(client().sequenceOnto([first[0], slow], first[1], options(abort.signal)));
    await vi.waitFor(() => expect(requests()).toHaveLength(2));
    abort.abort();
    expect((await call).code).toBe('cancelled');
    await vi.waitFor(() => expect(requests().at(-1)).toMatchObject({ verb: 'withdraw', input: { id: '2' } }));
    const done = new AbortController();
    const last = hostCall('nginx.drain', drain(100));
    const [, answer] = await client().sequenceOnto(first, last, options(done.signal));
    done.abort();
    expect((await answer).waitedMs).toBe(100);
  });

  test('survives a connection that breaks after the first ones', async () => {
    const [, answer] = await client().sequenceOnto(first, hostCall('nginx.drain', drain(150)), options());
    server.cut();
    expect((await answer).waitedMs).toBe(150);
    expect(requests().map(({ verb }) => verb)).toEqual(['sequence', 'sequence']);
  });
});

test('an endless line is cut off instead of filling memory', async () => {
  expect((await failure(client({ reconnects: 0 }).call('nginx.observe', {}))).code).toBe('connection-lost');
});

test('a missing program, and a sudo that asks for a password, say so', async () => {
  const missing = client({ command: ['/usr/lib/fairlead/no-such-host'] });
  expect((await failure(missing.call('hello', {}))).code).toBe('host-program-missing');
  const asks = client({ command: ['sh', '-c', 'echo "sudo: a password is required" >&2; exit 1'] });
  expect((await failure(asks.call('hello', {}))).code).toBe('sudo-missing');
});
