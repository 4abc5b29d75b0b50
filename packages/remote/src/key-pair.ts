import { AppError, Secret } from '@fairlead/errors';
import ssh2 from 'ssh2';
import { fingerprintOf, parseHostKey } from './host-key.ts';
import { quoteArgument } from './shell-quote.ts';

/** An SSH key pair of an organization. `publicKey` is one OpenSSH line, `privateKey` an OpenSSH PEM. */
export interface KeyPair {
  publicKey: string;
  privateKey: Secret;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  fingerprint: string;
}

/** A new Ed25519 pair. `comment` ends the public line (`fairlead@acme`); letters outside `[A-Za-z0-9@._-]` become `-`. */
export function createKeyPair(comment: string): KeyPair {
  const safeComment = comment.replace(/[^A-Za-z0-9@._-]+/g, '-').slice(0, 64);
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment: safeComment });
    // ssh2 1.17 drops a leading zero byte of either half (16 and 16 of 3,000 pairs): nothing can read such a key.
    if (!isReadable(pair.public) || !isReadable(pair.private)) continue;
    return {
      publicKey: pair.public,
      privateKey: new Secret(pair.private),
      fingerprint: fingerprintOf(pair.public),
    };
  }
}

function isReadable(key: string): boolean {
  const parsed = ssh2.utils.parseKey(key);
  return !(parsed instanceof Error);
}

/** The public line that belongs to a private key. Throws `invalid-input` for what is no private key. */
export function publicKeyOf(privateKey: Secret, comment = 'fairlead'): string {
  const parsed = ssh2.utils.parseKey(privateKey.reveal());
  if (parsed instanceof Error || Array.isArray(parsed) || !parsed.isPrivateKey()) {
    throw new AppError('invalid-input', 'This is not an SSH private key.');
  }
  return `${parsed.type} ${parsed.getPublicSSH().toString('base64')} ${comment}`;
}

/**
 * One line to paste into a shell on the server, as the user that Fairlead will sign in as. Doing it twice adds nothing,
 * a missing end of line in the file is mended, and the modes are those that sshd's StrictModes wants.
 * Throws `invalid-input` unless `publicKey` is one key line.
 */
export function authorizeLine(publicKey: string): string {
  parseHostKey(publicKey);
  if (/[\r\n\0]/.test(publicKey)) throw new AppError('invalid-input', 'A public key is one line.');
  const key = quoteArgument(publicKey);
  const file = '~/.ssh/authorized_keys';
  return (
    `(umask 077; mkdir -p ~/.ssh && touch ${file} && { grep -qxF -- ${key} ${file} || ` +
    `{ [ -z "$(tail -c1 ${file})" ] || echo; printf '%s\\n' ${key}; } >> ${file}; } && ` +
    `chmod go-w ~ ~/.ssh && chmod 700 ~/.ssh && chmod 600 ${file})`
  );
}
