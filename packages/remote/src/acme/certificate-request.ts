import { generateKeyPairSync, sign } from 'node:crypto';
import { der, objectIdentifier } from './der.ts';

const SEQUENCE = 0x30;
const SET = 0x31;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;

/** A request for a certificate and the key that it is for. */
export interface CertificateRequest {
  /** PKCS #10 in DER. */
  request: Buffer;
  /** PKCS #8 in PEM. */
  key: string;
}

/**
 * Makes a key (EC P-256) and a request for some host names; their list alone says who it is for, as browsers look at nothing else.
 * @see https://www.rfc-editor.org/rfc/rfc2986
 */
export function requestCertificate(names: readonly string[]): CertificateRequest {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const alternatives = der(SEQUENCE, ...names.map((name) => der(0x82, Buffer.from(name, 'ascii'))));
  const extension = der(SEQUENCE, objectIdentifier('2.5.29.17'), der(OCTET_STRING, alternatives));
  const extensions = der(
    SEQUENCE,
    objectIdentifier('1.2.840.113549.1.9.14'),
    der(SET, der(SEQUENCE, extension)),
  );
  const asked = der(
    SEQUENCE,
    der(0x02, Buffer.from([0])),
    der(SEQUENCE),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa0, extensions),
  );
  const signature = sign('sha256', asked, privateKey);
  const algorithm = der(SEQUENCE, objectIdentifier('1.2.840.10045.4.3.2'));
  return {
    request: der(SEQUENCE, asked, algorithm, der(BIT_STRING, Buffer.from([0]), signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
