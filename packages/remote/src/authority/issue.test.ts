import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { issueCertificate, makeAuthority } from './index.ts';

const name = 'shop.backend.fairlead.internal';
const dayMs = 86_400_000;

test('what an authority issues is for the names given, for 90 days, signed by it, and is none itself', async () => {
  const now = new Date('2026-11-28T11:30:00.500Z');
  const authority = await makeAuthority('Fairlead backends of shop', now);
  const issued = await issueCertificate(authority, [name], now);
  const [root, own] = [authority, issued].map((made) => new X509Certificate(made.certificate));
  expect(root?.ca).toBe(true);
  expect(root?.checkPrivateKey(createPrivateKey(authority.key))).toBe(true);
  expect(own?.ca).toBe(false);
  expect(own?.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
  expect(root !== undefined && own?.checkIssued(root) && own.verify(root.publicKey)).toBe(true);
  expect(own?.subjectAltName).toBe(`DNS:${name}`);
  expect(own?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(new Date(own?.validTo ?? 0)).toEqual(issued.notAfter);
  expect(issued.notAfter.getTime() - now.getTime()).toBeGreaterThan(90 * dayMs - 1000);
  expect(new Date(own?.validFrom ?? 0).getTime()).toBeLessThan(now.getTime() - dayMs + 1000);
});

test('a client that was given the authority alone takes what it issued, and nothing of another one', async () => {
  const now = new Date();
  const [ours, other] = [await makeAuthority('ours', now), await makeAuthority('ours', now)];
  const { certificate: cert, key } = await issueCertificate(ours, [name], now);
  const server = createServer({ cert, key }, (socket) => socket.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const shake = (ca: string, servername: string) =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', ca, servername }, () => {
        socket.destroy();
        resolve('taken');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  expect(await shake(ours.certificate, name)).toBe('taken');
  expect(await shake(ours.certificate, `other.${name}`)).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  expect(await shake(other.certificate, name)).not.toBe('taken');
  server.close();
});
