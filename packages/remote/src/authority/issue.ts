import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

type Key = webcrypto.CryptoKey;

/** EC P-256 with SHA-256: what every OpenSSL since Debian 9 takes. */
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;
/** By so much the clock of a server may be behind. */
const toleranceMs = dayMs;
const authorityDays = 7_300;
/** How long an issued certificate is good for; another takes its place long before. */
const issuedDays = 90;

/** A certificate and its key as PEM; the key as PKCS #8. */
export interface Issued {
  certificate: string;
  key: string;
  notBefore: Date;
  notAfter: Date;
}

/**
 * Makes an authority of its own that may issue for servers and for no other authority. It is for one purpose and trusted by nobody who was not given it.
 * @param commonName what it is called, e.g. `Fairlead backends of shop`
 * @see https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9
 */
export async function makeAuthority(commonName: string, now: Date): Promise<Issued> {
  const keys = await newKeys();
  const { notBefore, notAfter } = lifetime(now, authorityDays);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await exported(keys.privateKey), notBefore, notAfter };
}

/**
 * Issues a certificate for a server of these names, under a key of its own.
 * @param authority PEM of certificate and key, as {@link makeAuthority} made them
 * @param names host names; the first is its common name too
 */
export async function issueCertificate(
  authority: { certificate: string; key: string },
  names: readonly string[],
  now: Date,
): Promise<Issued> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await newKeys();
  const { notBefore, notAfter } = lifetime(now, issuedDays);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: [names[0] ?? ''] }],
    issuer: issuer.subjectName,
    notBefore,
    notAfter,
    publicKey: keys.publicKey,
    signingKey: await imported(authority.key),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pemOf(certificate), key: await exported(keys.privateKey), notBefore, notAfter };
}

/** X.509 counts in whole seconds. */
function lifetime(now: Date, days: number): { notBefore: Date; notAfter: Date } {
  const second = Math.floor(now.getTime() / 1000) * 1000;
  return { notBefore: new Date(second - toleranceMs), notAfter: new Date(second + days * dayMs) };
}

/** Positive, of 20 bytes at most: RFC 5280, 4.1.2.2. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function exported(key: Key): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(der, 'PRIVATE KEY')}\n`;
}

function imported(pem: string): Promise<Key> {
  const der = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}
