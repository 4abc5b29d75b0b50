import { execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a test's certificate is to be like. */
export interface CertificateWish {
  names: readonly string[];
  /** Until it ends; -1: it ended yesterday. */
  days?: number;
  /** The address of a responder that it names. */
  ocsp?: string;
  /** Issued by the root itself, not by the authority below it. */
  isDirect?: boolean;
  key?: 'ec' | 'rsa2048' | 'rsa1024';
  /** Signed over SHA-1, as no authority does any more and Debian's OpenSSL refuses. */
  isSha1?: boolean;
}

export interface MadeCertificate {
  /** Its own PEM alone. */
  certificate: string;
  /** With the authorities between it and the root. */
  chain: string;
  key: string;
}

/** A certificate authority of openssl's, in a folder of its own. */
export interface Authority {
  /** The root's PEM. */
  root: string;
  /** The PEM of the authority between the root and what it issues. */
  intermediate: string;
  issue(wish: CertificateWish): MadeCertificate;
  /** Starts an OCSP responder on a loopback port: it says of a certificate that all is well. Answers what ends it. */
  respond(port: number, certificate: string): () => void;
}

const KEYS = {
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa2048: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  rsa1024: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
};
const OF_AUTHORITY = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign';

/** A root, an authority below it, and what that one issues; nothing of it is kept on disk. */
export function makeAuthority(name = 'Test'): Authority {
  const root = sign(`/CN=${name} Root`, OF_AUTHORITY, 3650, 'ec', null);
  const below = sign(`/CN=${name} Intermediate`, OF_AUTHORITY, 1825, 'ec', root);
  return {
    root: root.certificate,
    intermediate: below.certificate,
    issue({ names, days = 90, ocsp, isDirect = false, key = 'ec', isSha1 = false }) {
      const alternatives = names.map((of) => `${isIP(of) ? 'IP' : 'DNS'}:${of}`).join(',');
      const responder = ocsp === undefined ? '' : `\nauthorityInfoAccess=OCSP;URI:${ocsp}`;
      const extensions = `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth${responder}`;
      const made = sign('/CN=site', extensions, days, key, isDirect ? root : below, isSha1 ? ['-sha1'] : []);
      return { ...made, chain: made.certificate + (isDirect ? '' : below.certificate) };
    },
    respond: (port, certificate) => respond(below, port, certificate),
  };
}

function respond(by: Signed, port: number, certificate: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-ocsp-'));
  const at = (name: string) => join(folder, name);
  const { serialNumber } = new X509Certificate(certificate);
  // As `openssl ca` would have written it: valid, its end, not revoked, its number, no file, its subject.
  writeFileSync(at('index.txt'), `V\t491231235959Z\t\t${serialNumber}\tunknown\t/CN=site\n`);
  writeFileSync(at('by.pem'), by.certificate);
  writeFileSync(at('by.key'), by.key, { mode: 0o600 });
  const signer = ['-rsigner', at('by.pem'), '-rkey', at('by.key'), '-CA', at('by.pem')];
  const argv = ['ocsp', '-index', at('index.txt'), '-port', String(port), ...signer];
  const child = spawn('openssl', argv, { stdio: 'ignore' });
  return () => {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true });
  };
}

interface Signed {
  certificate: string;
  key: string;
}

function sign(
  subject: string,
  extensions: string,
  days: number,
  kind: keyof typeof KEYS,
  by: Signed | null,
  digest: readonly string[] = [],
): Signed {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-certificate-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...argv: string[]) => execFileSync('openssl', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    openssl('genpkey', ...KEYS[kind], '-out', at('key.pem'));
    openssl('req', '-new', '-key', at('key.pem'), '-subj', subject, '-out', at('request.pem'));
    writeFileSync(at('extensions'), extensions);
    writeFileSync(at('by.pem'), by?.certificate ?? '');
    writeFileSync(at('by.key'), by?.key ?? '');
    const signer =
      by === null
        ? ['-signkey', at('key.pem')]
        : ['-CA', at('by.pem'), '-CAkey', at('by.key'), '-CAcreateserial'];
    const how = ['-days', String(days), '-extfile', at('extensions'), '-out', at('out.pem')];
    openssl('x509', '-req', ...digest, '-in', at('request.pem'), ...signer, ...how);
    return {
      certificate: readFileSync(at('out.pem'), 'utf8'),
      key: readFileSync(at('key.pem'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
