import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@fairlead/errors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Pebble, startPebble } from '../../testing/pebble.ts';
import { AcmeClient, AcmeTransport, renewalIdOf, renewalWindow, requestCertificate } from './index.ts';

// The client against Debian's Pebble, which checks every rule of RFC 8555 and refuses nonces now and then.
let pebble: Pebble;
let site: Server;
const createAccountKey = () =>
  new Secret(
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  );
const answers = new Map<string, string>();
const { signal } = new AbortController();
beforeAll(async () => {
  site = createServer((request, response) => {
    const found = answers.get(request.url?.replace('/.well-known/acme-challenge/', '') ?? '');
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  pebble = await startPebble({ address: '127.0.0.1', httpPort: (site.address() as AddressInfo).port });
});
afterAll(async () => {
  await pebble?.stop();
  await new Promise((resolve) => site?.close(resolve));
});

const transport = (more: object = {}) =>
  new AcmeTransport({ allowPrivateNetworks: true, roots: pebble.root, ...more });
const client = (more: object = {}) =>
  new AcmeClient(transport(), {
    directoryUrl: pebble.directoryUrl,
    key: createAccountKey(),
    accountUrl: null,
    ...more,
  });

async function issue(acme: AcmeClient, names: string[]) {
  const order = await acme.order(names);
  for (const challenge of await acme.challenges(order)) {
    answers.set(challenge.token, challenge.content);
    await acme.prove(challenge, signal);
    answers.delete(challenge.token);
  }
  const { request, key } = requestCertificate(names);
  return { chain: await acme.collect(order, request, signal), key };
}

describe('an ACME directory', { timeout: 60_000 }, () => {
  test('issues a certificate for several names, once each is proved', async () => {
    const acme = client();
    await acme.register('ada@example.com');
    const names = ['shop.example.com', 'www.shop.example.com', 'a.b.example.org'];
    const { chain, key } = await issue(acme, names);
    const own = new X509Certificate(chain);
    expect(own.subjectAltName?.split(', ').sort()).toEqual(names.map((name) => `DNS:${name}`).sort());
    expect(own.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(chain.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(1);
    const issuer = new X509Certificate(`-----BEGIN${chain.split('-----BEGIN')[2]}`);
    expect(issuer.checkIssued(new X509Certificate(await pebble.issuerRoot()))).toBe(true);
    const [keyId, serial] = renewalIdOf(chain)?.split('.') ?? [];
    expect(Buffer.from(keyId ?? '', 'base64url').length).toBeGreaterThan(3);
    expect(BigInt(`0x${Buffer.from(serial ?? '', 'base64url').toString('hex')}`)).toBe(
      BigInt(`0x${own.serialNumber}`),
    );
    const { renewalInfo } = await acme.directory();
    const window = await renewalWindow(transport(), pebble.directoryUrl, chain);
    // Debian 13's Pebble (2.6) says when to renew, Debian 12's (2.4) does not.
    if (renewalInfo === undefined) return expect(window).toBeNull();
    expect(window?.start.getTime()).toBeGreaterThan(Date.now());
    expect(window?.end.getTime()).toBeLessThan(new Date(own.validTo).getTime());
  });

  test('knows an account again by its key, and takes its orders', async () => {
    const key = createAccountKey();
    const accountUrl = await client({ key }).register(null);
    expect(await client({ key }).register(null)).toBe(accountUrl);
    const { chain } = await issue(client({ key, accountUrl }), ['again.example.com']);
    expect(new X509Certificate(chain).checkHost('again.example.com')).toBe('again.example.com');
  });

  test('says in its own words why a name was not proved', async () => {
    const acme = client();
    await acme.register(null);
    const order = await acme.order(['wrong.example.com']);
    const [challenge] = await acme.challenges(order);
    if (challenge === undefined) throw new Error('nothing is to be proved');
    answers.set(challenge.token, 'something else');
    await expect(acme.prove(challenge, signal)).rejects.toMatchObject({
      code: 'acme-failed',
      message: expect.stringMatching(/^wrong\.example\.com was not proved: .*something else/),
      hint: expect.stringContaining('port 80'),
    });
  });

  test('refuses names that nobody may have, and the refusal is told', async () => {
    const acme = client();
    await acme.register(null);
    await expect(acme.order(['*.example.com.'])).rejects.toMatchObject({ code: 'acme-failed' });
  });
});

describe('an address of a directory', { timeout: 60_000 }, () => {
  const of = (directoryUrl: string, more: object = {}) =>
    new AcmeClient(transport(more), { directoryUrl, key: createAccountKey(), accountUrl: null }).directory();

  test('inside this network is not asked, unless the installation says so', async () => {
    const closed = { allowPrivateNetworks: false };
    await expect(of(pebble.directoryUrl, closed)).rejects.toThrow('inside this network');
    const byName = pebble.directoryUrl.replace('127.0.0.1', 'localhost');
    await expect(of(byName, closed)).rejects.toThrow('inside this network');
    await expect(of('https://169.254.169.254/latest/meta-data')).rejects.toThrow('inside this network');
  });

  test('of nobody’s certificate, without TLS, or of something else is refused by name', async () => {
    await expect(of(pebble.directoryUrl, { roots: undefined })).rejects.toThrow(/could not be asked/);
    await expect(of('http://127.0.0.1/dir')).rejects.toThrow('not HTTPS');
    const other = pebble.directoryUrl.replace('/dir', '/nonce-plz');
    await expect(of(other)).rejects.toMatchObject({ code: 'acme-failed' });
  });
});
