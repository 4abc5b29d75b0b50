import type { AppError } from '@fairlead/errors';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SshPool } from './pool.ts';
import { startTestServer, type TestServer } from './ssh-server.fixture.ts';

let server: TestServer;
let pool: SshPool;
beforeEach(async () => {
  server = await startTestServer();
  pool = new SshPool();
});
afterEach(async () => {
  pool.close();
  await server.close();
});

test('opens one connection for a server and user, however many ask at once', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => pool.acquire(server.target())));
  expect(new Set(all).size).toBe(1);
  expect(server.seen.connections).toBe(1);
  await pool.acquire(server.target({ user: 'admin' }));
  expect(server.seen.connections).toBe(2);
});

test('connects again after the connection broke', async () => {
  const first = await pool.acquire(server.target());
  server.cut();
  await vi.waitFor(() => expect(first.isOpen).toBe(false));
  const second = await pool.acquire(server.target());
  expect((await second.exec(['echo', 'again'])).stdout).toBe('again\n');
});

test('remembers no failure: the next attempt connects', async () => {
  const wrong = server.target({ address: 'no.such.host.invalid' });
  await expect(pool.acquire(wrong)).rejects.toMatchObject({ code: 'dns-failed' });
  await pool.acquire(server.target());
});

test('does not reuse a connection whose pinned key changed', async () => {
  await pool.acquire(server.target());
  await expect(pool.acquire(server.target({ hostKey: null }))).rejects.toMatchObject({
    code: 'host-key-unknown',
  });
});

test('connects anew for one who asks, but takes no connection from its user', async () => {
  const first = await pool.acquire(server.target());
  const release = first.hold();
  expect(await pool.acquire(server.target(), { anew: true })).toBe(first);
  release();
  const second = await pool.acquire(server.target(), { anew: true });
  expect([second === first, second.isOpen, first.isOpen]).toEqual([false, true, false]);
  expect(await pool.acquire(server.target())).toBe(second);
});

test('closes a connection that nobody uses', async () => {
  const idle = new SshPool({ idleMs: 40 });
  const connection = await idle.acquire(server.target());
  const release = connection.hold();
  const other = await idle.acquire(server.target({ user: 'other' }));
  await vi.waitFor(() => expect(other.isOpen).toBe(false));
  expect(connection.isOpen).toBe(true);
  release();
  await vi.waitFor(() => expect(connection.isOpen).toBe(false));
  idle.close();
});

test('goes through jump hosts, each with its own pinned key', async () => {
  const inner = await startTestServer();
  const jump = server.target({ serverId: 'jump', name: 'gate' });
  const connection = await pool.acquire(inner.target({ jump }));
  expect((await connection.exec(['echo', 'inside'])).stdout).toBe('inside\n');
  expect(server.seen.forwards).toBe(1);
  const wrongJump = { ...jump, hostKey: inner.hostKey };
  const error = await pool.acquire(inner.target({ jump: wrongJump })).catch((thrown: AppError) => thrown);
  expect(error).toMatchObject({ code: 'host-key-changed', server: 'gate' });
  await inner.close();
});

test('a broken jump host breaks what went through it, and it comes back', async () => {
  const inner = await startTestServer();
  const target = inner.target({ jump: server.target({ serverId: 'jump', name: 'gate' }) });
  const first = await pool.acquire(target);
  server.cut();
  await vi.waitFor(() => expect(first.isOpen).toBe(false));
  expect((await (await pool.acquire(target)).exec(['true'])).code).toBe(0);
  await inner.close();
});

test('refuses a loop of jump hosts', async () => {
  const loop = server.target();
  loop.jump = loop;
  await expect(pool.acquire(loop)).rejects.toMatchObject({ code: 'invalid-input' });
});

test('a caller that gives up does not take the connection from the others', async () => {
  const abort = new AbortController();
  const given = pool
    .acquire(server.target(), { signal: abort.signal })
    .catch((error: AppError) => error.code);
  const kept = pool.acquire(server.target());
  abort.abort();
  expect(await given).toBe('cancelled');
  expect((await kept).isOpen).toBe(true);
});

test('refuses work once closed', async () => {
  const connection = await pool.acquire(server.target());
  pool.close();
  expect(connection.isOpen).toBe(false);
  await expect(pool.acquire(server.target())).rejects.toMatchObject({ code: 'cancelled' });
});
