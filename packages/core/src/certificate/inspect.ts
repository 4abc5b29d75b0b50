import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { hostnameSchema, ipAddressSchema } from '@fairlead/nginx';
import { invalidInput } from '../input.ts';
import { isCovered } from './covers.ts';

/** What is known of a certificate that was found good, but for its key. */
export interface CertificateFacts {
  names: string[];
  notBefore: Date;
  notAfter: Date;
  issuer: string;
  serial: string;
  fingerprint: string;
  keyType: string;
  ocspUrl: string | null;
  trusted: boolean;
  chain: string;
  sha256: string;
}

interface Given {
  /** PEM, the app's own certificate first. */
  certificate: string;
  /** PEM, not encrypted. */
  key: string;
  /** Names that it is for. */
  names: readonly string[];
  now: Date;
  /** Authorities that browsers know; by default those of this Node.js, which are Mozilla's. */
  roots?: readonly string[];
}

const mostCertificates = 10;
/** How far the clock of an issuer may be ahead of ours. */
const clockToleranceMs = 600_000;
const weakestRsaBits = 2048;
const curves: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };
const serverAuthentication = '1.3.6.1.5.5.7.3.1';

const refuse = (path: 'certificate' | 'key', message: string) => invalidInput([{ path, message }]);

/**
 * Checks that a certificate and a key go together and can be shown to visitors now: pair, order and signatures of the chain, names, dates, strength.
 * @returns its facts with `chain` written anew, and the key as PKCS #8
 * @throws AppError `invalid-input` on `certificate` or `key`, with what is wrong and what to do; never repeats either
 */
export function inspectCertificate({ certificate, key, names, now, roots = rootCertificates }: Given): {
  facts: CertificateFacts;
  key: string;
} {
  const privateKey = readKey(key);
  const keyType = typeOf(privateKey);
  const chain = withoutRoot(readChain(certificate));
  const [own, ...authorities] = chain as [X509Certificate, ...X509Certificate[]];
  checkPair(own, authorities, privateKey);
  checkChain(chain);
  checkUse(own);
  checkDates(chain, now);
  const known = namesOf(own);
  if (known.length === 0) {
    throw refuse('certificate', 'It names nobody: browsers look at its alternative names alone.');
  }
  if (!names.some((name) => isCovered(known, name))) {
    const [first] = names;
    const what = first === undefined ? 'The app has no domain yet.' : `The app’s is ${first}.`;
    throw refuse('certificate', `It is for ${shortList(known)}, and for none of the app’s names. ${what}`);
  }
  const text = chain.map((one) => `${one.toString().trim()}\n`).join('');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    facts: {
      names: known,
      notBefore: new Date(own.validFrom),
      notAfter: new Date(own.validTo),
      issuer: nameOf(own.issuer),
      serial: own.serialNumber.toLowerCase(),
      fingerprint: own.fingerprint256.replaceAll(':', '').toLowerCase(),
      keyType,
      ocspUrl: ocspUrlOf(own),
      trusted: isTrusted(chain.at(-1) ?? own, roots),
      chain: text,
      sha256: createHash('sha256').update(text).digest('hex'),
    },
  };
}

function readKey(pem: string): KeyObject {
  if (/ENCRYPTED/.test(pem)) {
    throw refuse(
      'key',
      'The key is encrypted. Take its passphrase away first: openssl pkey -in key.pem -out plain.pem',
    );
  }
  try {
    return createPrivateKey({ key: pem, format: 'pem' });
  } catch {
    throw refuse('key', 'This is no private key in PEM. It begins with -----BEGIN PRIVATE KEY-----.');
  }
}

function typeOf(key: KeyObject): string {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength >= weakestRsaBits) return `RSA ${modulusLength}`;
    throw refuse('key', `An RSA key of ${modulusLength} bits is too weak: take ${weakestRsaBits} or more.`);
  }
  const curve = key.asymmetricKeyType === 'ec' ? curves[namedCurve] : undefined;
  if (curve !== undefined) return `EC ${curve}`;
  throw refuse('key', 'Browsers do not know this kind of key: take RSA, or EC with P-256, P-384 or P-521.');
}

function readChain(pem: string): X509Certificate[] {
  if (/PRIVATE KEY/.test(pem)) {
    throw refuse(
      'certificate',
      'A private key stands among the certificates. It belongs into its own field.',
    );
  }
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) {
    throw refuse('certificate', 'This is no certificate in PEM. It begins with -----BEGIN CERTIFICATE-----.');
  }
  if (blocks.length > mostCertificates) {
    throw refuse('certificate', `A chain has ${mostCertificates} certificates at most.`);
  }
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block);
    } catch {
      throw refuse('certificate', `Certificate ${index + 1} of ${blocks.length} can not be read.`);
    }
  });
}

/** Whoever trusts the root has it: sending it along is bytes for nothing. */
function withoutRoot(chain: X509Certificate[]): X509Certificate[] {
  const last = chain.at(-1);
  return chain.length > 1 && last?.checkIssued(last) ? chain.slice(0, -1) : chain;
}

function checkPair(own: X509Certificate, others: readonly X509Certificate[], key: KeyObject): void {
  if (own.checkPrivateKey(key)) return;
  const at = others.findIndex((other) => other.checkPrivateKey(key));
  if (at >= 0) {
    throw refuse(
      'certificate',
      `Certificate ${at + 2} is the one of this key: put it first, then its issuers.`,
    );
  }
  throw refuse('key', 'The key is another certificate’s.');
}

function checkChain(chain: readonly X509Certificate[]): void {
  for (const [index, one] of chain.slice(0, -1).entries()) {
    const issuer = chain[index + 1] as X509Certificate;
    const which = `Certificate ${index + 2}, ${nameOf(issuer.subject)}, `;
    if (!one.checkIssued(issuer)) {
      throw refuse(
        'certificate',
        `${which}did not issue the one before it, which names ${nameOf(one.issuer)}. Put each issuer after what it issued.`,
      );
    }
    if (!issuer.ca) throw refuse('certificate', `${which}is no authority and may issue nothing.`);
    if (!one.verify(issuer.publicKey)) {
      throw refuse('certificate', `${which}did not sign the one before it: the signature is not its own.`);
    }
  }
}

function checkUse(own: X509Certificate): void {
  if (own.ca) throw refuse('certificate', 'The first certificate is an authority’s, not a site’s.');
  const uses = own.keyUsage as string[] | undefined;
  if (uses !== undefined && !uses.includes(serverAuthentication)) {
    throw refuse(
      'certificate',
      'It is not made for servers: ask its issuer for one with server authentication.',
    );
  }
}

function checkDates(chain: readonly X509Certificate[], now: Date): void {
  for (const [index, one] of chain.entries()) {
    const which = index === 0 ? 'It' : `Certificate ${index + 1} of its chain`;
    const [from, to] = [new Date(one.validFrom), new Date(one.validTo)];
    if (to <= now) throw refuse('certificate', `${which} ended on ${day(to)}.`);
    if (from.getTime() > now.getTime() + clockToleranceMs)
      throw refuse('certificate', `${which} begins on ${day(from)} only.`);
  }
}

const day = (date: Date) => date.toISOString().slice(0, 10);

/** Host names and addresses of the certificate, as Nginx and browsers compare them; others are no names of a site. */
function namesOf(certificate: X509Certificate): string[] {
  // A value with a comma, a quote or a control character is written in quotes, and is no name of ours.
  const entries = (certificate.subjectAltName ?? '').matchAll(
    /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?=, |$)/gy,
  );
  const names = [...entries].flatMap(([, kind, value = '']) => {
    if (kind === 'IP Address') return ipAddressSchema.safeParse(value).data ?? [];
    const name = value.toLowerCase();
    const isName = kind === 'DNS' && hostnameSchema.safeParse(name.replace(/^\*\./, '')).success;
    return isName ? [name] : [];
  });
  return [...new Set<string>(names)];
}

/** The common name of `CN=…` lines, else the organization, else all of it in one line. */
function nameOf(lines: string): string {
  const value = (key: string) =>
    lines
      .split('\n')
      .find((line) => line.startsWith(`${key}=`))
      ?.slice(key.length + 1);
  const text = value('CN') ?? value('O') ?? lines.replaceAll('\n', ', ');
  return text.replace(/[^\P{C}]/gu, '').slice(0, 200) || 'nobody';
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function ocspUrlOf(certificate: X509Certificate): string | null {
  return /^OCSP - URI:(http:\/\/[!-~]{1,500})$/m.exec(certificate.infoAccess ?? '')?.[1] ?? null;
}

/** Whether one of the roots issued the last of a chain. */
function isTrusted(last: X509Certificate, roots: readonly string[]): boolean {
  return roots.some((pem) => {
    const root = new X509Certificate(pem);
    return last.checkIssued(root) && last.verify(root.publicKey);
  });
}
