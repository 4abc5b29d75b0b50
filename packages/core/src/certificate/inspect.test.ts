import { generateKeyPairSync } from 'node:crypto';
import type { AppError } from '@fairlead/errors';
import { makeAuthority } from '@fairlead/nginx/testing';
import { describe, expect, it } from 'vitest';
import { isCovered } from './covers.ts';
import { inspectCertificate } from './inspect.ts';

const [ours, theirs] = [makeAuthority('Ours'), makeAuthority('Theirs')];
const names = ['shop.example.com', 'www.shop.example.com'];
const good = ours.issue({ names: [...names, '2001:db8::5'], ocsp: 'http://ocsp.example/x' });
const now = new Date();
const inspect = (given: object) =>
  inspectCertificate({ certificate: good.chain, key: good.key, names, now, ...given });

/** `field: message` of a refusal, which must hold neither the certificate nor the key. */
function refusal(given: object): string {
  try {
    inspect(given);
  } catch (error) {
    const text = JSON.stringify([(error as Error).message, (error as AppError).details]);
    expect(text).not.toMatch(/[A-Za-z0-9+/]{64}/);
    return (error as Error).message;
  }
  return 'accepted';
}

describe('a certificate and its key', () => {
  it('that are good are told apart, written anew and named', () => {
    const { facts, key } = inspect({ certificate: `text before\n${good.chain.replaceAll('\n', '\r\n')}\n` });
    expect(facts).toMatchObject({
      names: [...names, '2001:db8::5'],
      issuer: 'Ours Intermediate',
      keyType: 'EC P-256',
      ocspUrl: 'http://ocsp.example/x',
      trusted: false,
      chain: good.chain,
    });
    expect(facts.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(facts.notAfter.getTime()).toBeGreaterThan(now.getTime());
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(inspect({}).facts.sha256).toBe(facts.sha256);
  });

  it('lose the root at the end of their chain, which nobody needs to be sent', () => {
    expect(inspect({ certificate: good.chain + ours.root }).facts.chain).toBe(good.chain);
    expect(inspect({ certificate: good.certificate }).facts.chain).toBe(good.certificate);
  });

  it('of RSA are good with 2048 bits, and refused with fewer', () => {
    const strong = ours.issue({ names, key: 'rsa2048' });
    expect(inspect({ certificate: strong.chain, key: strong.key }).facts.keyType).toBe('RSA 2048');
    const weak = ours.issue({ names, key: 'rsa1024' });
    expect(refusal({ certificate: weak.chain, key: weak.key })).toContain('1024 bits is too weak');
  });

  it.each<[string, () => object, string]>([
    ['another’s key', () => ({ key: theirs.issue({ names }).key }), 'key: The key is another certificate’s.'],
    [
      'the leaf in second place',
      () => ({ certificate: ours.intermediate + good.certificate }),
      'put it first',
    ],
    [
      'another’s issuer',
      () => ({ certificate: good.certificate + theirs.intermediate }),
      'Certificate 2, Theirs Intermediate, did not issue the one before it, which names Ours Intermediate.',
    ],
    [
      'an issuer of the same name that did not sign',
      () => ({ certificate: good.certificate + makeAuthority('Ours').intermediate }),
      'did not ',
    ],
    [
      'a site as issuer',
      () => ({ certificate: good.certificate + ours.issue({ names }).certificate }),
      'did not issue',
    ],
    ['an end in the past', () => ours.issue({ names, days: -1 }), 'It ended on '],
    ['a beginning in the future', () => ({ now: new Date(now.getTime() - 86_400_000) }), 'begins on'],
    ['an authority', () => ({ certificate: ours.intermediate }), 'key: The key is another'],
    [
      'names of others',
      () => ({ names: ['blog.example.com'] }),
      'It is for shop.example.com, www.shop.example.com, 2001:db8::5, and for none of the app’s names. The app’s is blog.example.com.',
    ],
    ['no name of the app', () => ({ names: [] }), 'The app has no domain yet.'],
    ['nothing', () => ({ certificate: 'x' }), 'This is no certificate in PEM.'],
    [
      'a torn certificate',
      () => ({ certificate: good.certificate.replace(/\n[^\n]{30}/, '\n') }),
      'Certificate 1 of 1 can not be read.',
    ],
    [
      'a key among the certificates',
      () => ({ certificate: good.chain + good.key }),
      'belongs into its own field',
    ],
    ['no key', () => ({ key: good.certificate }), 'This is no private key in PEM.'],
    ['a public key', () => ({ key: publicKey() }), 'This is no private key in PEM.'],
    ['an encrypted key', () => ({ key: encryptedKey() }), 'openssl pkey -in key.pem -out plain.pem'],
    ['a kind of key that browsers do not know', () => ({ key: ed25519() }), 'Browsers do not know'],
    ['a chain without end', () => ({ certificate: good.certificate.repeat(11) }), '10 certificates at most'],
  ])('are refused for %s', (_, change, words) => {
    const { chain, ...rest } = change() as Record<string, unknown>;
    const given = chain === undefined ? rest : { certificate: chain, key: rest.key };
    expect(refusal(given)).toContain(words);
  });

  it('of an authority that browsers know are told from those of others', () => {
    expect(inspect({ roots: [theirs.root, ours.root] }).facts.trusted).toBe(true);
    expect(inspect({ roots: [theirs.root, makeAuthority('Ours').root] }).facts.trusted).toBe(false);
    // The issuer is missing, so that nobody can tell.
    expect(inspect({ certificate: good.certificate, roots: [ours.root] }).facts.trusted).toBe(false);
  });
});

const pem = { type: 'pkcs8', format: 'pem' } as const;
const publicKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .publicKey.export({ type: 'spki', format: 'pem' })
    .toString();
const encryptedKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString();
const ed25519 = () => generateKeyPairSync('ed25519').privateKey.export(pem).toString();

describe('a name', () => {
  it.each([
    [['shop.example.com'], 'shop.example.com', true],
    [['*.example.com'], 'shop.example.com', true],
    [['*.example.com'], 'a.shop.example.com', false],
    [['*.example.com'], 'example.com', false],
    [['*.com'], 'com', false],
    [['*.0.0.1'], '10.0.0.1', false],
    [['10.0.0.1'], '10.0.0.1', false],
  ])('%j stands for %s: %s', (known, name, covered) => {
    expect(isCovered(known, name)).toBe(covered);
  });
});
