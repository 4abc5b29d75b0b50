import { afterEach, beforeEach, expect, test } from 'vitest';
import { createKeyPair } from '../key-pair.ts';
import { SshPool } from '../pool.ts';
import { startTestServer, type TestServer } from '../ssh-server.fixture.ts';
import type { SshTarget } from '../target.ts';
import { type ConnectionCheckResult, checkConnection } from './connection-check.ts';

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
const check = async (target: SshTarget) => {
  const results: ConnectionCheckResult[] = [];
  for await (const result of checkConnection(pool, target)) results.push(result);
  return results;
};
const summary = (results: ConnectionCheckResult[]) =>
  results.map((result) => `${result.key} ${result.status}`);
const failed = (results: ConnectionCheckResult[]) => results.find((result) => result.status === 'failed');

test('goes from the outside in and reports what it found', async () => {
  const results = await check(server.target());
  expect(summary(results).slice(0, 4)).toEqual(['dns ok', 'tcp ok', 'host-key ok', 'authentication ok']);
  expect(results[2]?.offered?.key).toBe(server.hostKey);
});

test('stops at the first failure and skips the rest', async () => {
  const results = await check(server.target({ address: 'no.such.host.invalid' }));
  expect(summary(results)).toEqual([
    'dns failed',
    ...['tcp', 'host-key', 'authentication', 'sudo', 'system'].map((key) => `${key} skipped`),
  ]);
  expect(results[0]?.fix).toBeTruthy();
});

test('a refused port fails at tcp', async () => {
  expect(failed(await check(server.target({ port: 1 })))).toMatchObject({
    key: 'tcp',
    error: { code: 'connection-refused' },
  });
});

test('a key that nobody confirmed is offered for confirmation, and nothing is authenticated', async () => {
  const fault = failed(await check(server.target({ hostKey: null })));
  expect(fault).toMatchObject({
    key: 'host-key',
    error: { code: 'host-key-unknown' },
    offered: { key: server.hostKey },
  });
  expect(server.sessions).toBe(0);
});

test('a changed key stops before authentication and shows both fingerprints', async () => {
  const other = createKeyPair('other');
  const fault = failed(await check(server.target({ hostKey: other.publicKey })));
  expect(fault).toMatchObject({ key: 'host-key', error: { code: 'host-key-changed' } });
  expect(fault?.detail).toContain(other.fingerprint);
});

test('a wrong key fails at authentication with the fingerprint to look for', async () => {
  const stranger = createKeyPair('stranger');
  const fault = failed(await check(server.target({ privateKey: stranger.privateKey })));
  expect(fault).toMatchObject({ key: 'authentication', error: { code: 'authentication-failed' } });
  expect(fault?.fix).toContain(stranger.fingerprint);
});

test('works through a jump host', async () => {
  const inner = await startTestServer();
  const results = await check(inner.target({ jump: server.target({ serverId: 'jump', name: 'gate' }) }));
  expect(summary(results).slice(0, 4)).toEqual(['dns ok', 'tcp ok', 'host-key ok', 'authentication ok']);
  expect(results[0]?.detail).toContain('gate');
  await inner.close();
});
