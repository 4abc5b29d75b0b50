import { createHash } from 'node:crypto';
import { AppError } from '@fairlead/errors';

/** Host key types that a server may be pinned to, in the order in which a scan asks for them. */
export const hostKeyTypes = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'ssh-rsa',
] as const;
export type HostKeyType = (typeof hostKeyTypes)[number];

/** A public key in its wire form, with the type that it says it is. */
export interface HostKey {
  type: HostKeyType;
  blob: Buffer;
}

/** Reads `ssh-ed25519 AAAA…` (a comment after it is ignored). Throws `invalid-input` unless the blob is of the type that the line names. */
export function parseHostKey(line: string): HostKey {
  const [type = '', base64 = ''] = line.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  const known = hostKeyTypes.find((candidate) => candidate === type);
  // An Ed25519 key is two length fields, the type and 32 bytes (RFC 8709).
  const wrongLength = type === 'ssh-ed25519' && blob.length !== 51;
  if (
    !known ||
    wrongLength ||
    blobType(blob) !== type ||
    blob.toString('base64').replace(/=+$/, '') !== base64.replace(/=+$/, '')
  ) {
    throw new AppError('invalid-input', 'This is not an SSH public key.', {
      hint: 'A key is one line such as "ssh-ed25519 AAAA…".',
    });
  }
  return { type: known, blob };
}

/** The one-line form `ssh-ed25519 AAAA…` of a key in its wire form, as it is stored when pinned. */
export function formatHostKey(blob: Buffer): string {
  return `${blobType(blob)} ${blob.toString('base64')}`;
}

/** The type that a wire-form key names in its first field (RFC 4253, 6.6); empty when it is no key. */
export function blobType(blob: Buffer): string {
  if (blob.length < 4) return '';
  const length = blob.readUInt32BE(0);
  return length > 0 && length <= 64 && blob.length >= 4 + length
    ? blob.toString('latin1', 4, 4 + length)
    : '';
}

/** `SHA256:…` as `ssh-keygen -l` prints it, of a wire-form key or of its one-line form. */
export function fingerprintOf(hostKey: string | Buffer): string {
  const blob = typeof hostKey === 'string' ? parseHostKey(hostKey).blob : hostKey;
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** The signature algorithms that prove a key of this type; RSA keys sign with SHA-2 only (SHA-1 is refused). */
export function hostKeyAlgorithms(type: HostKeyType): ServerHostKeyAlgorithm[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type];
}
type ServerHostKeyAlgorithm = Exclude<HostKeyType, 'ssh-rsa'> | 'rsa-sha2-512' | 'rsa-sha2-256';
