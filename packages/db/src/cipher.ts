import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { AppError, Secret } from '@fairlead/errors';

const version = 'v1';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** Where an encrypted value lives. A ciphertext opens nowhere else. */
export interface CipherBinding {
  organizationId: string;
  /** Prisma's model name, `App`. */
  table: string;
  /** The row's id. */
  row: string;
  /** The field, `databasePasswordCipher`. */
  column: string;
}

interface Key {
  id: string;
  bytes: Buffer;
}

function parseKey(base64: string | Secret): Buffer {
  const text = (base64 instanceof Secret ? base64.reveal() : base64).trim();
  const bytes = Buffer.from(text, 'base64');
  if (
    bytes.length !== keyBytes ||
    bytes.toString('base64').replaceAll('=', '') !== text.replaceAll('=', '')
  ) {
    throw new AppError('internal', 'The secret key is not 32 bytes in base64.', {
      hint: 'Make one with: openssl rand -base64 32',
    });
  }
  return bytes;
}

/**
 * A key for one purpose, derived from the installation's secret by HKDF-SHA-256 (RFC 5869): knowing one gives no other.
 *
 * @param secretKey 32 bytes in base64
 * @param purpose a constant of the code, `session`
 * @returns 32 bytes
 * @throws AppError `internal` where the secret is not 32 bytes in base64
 */
export function deriveKey(secretKey: string | Secret, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', parseKey(secretKey), 'fairlead', purpose, keyBytes));
}

function fieldKey(secretKey: string | Secret): Key {
  const bytes = deriveKey(secretKey, 'field-encryption');
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}

/** JSON keeps the parts apart: no two bindings give the same bytes. */
function associatedData(keyId: string, { organizationId, table, row, column }: CipherBinding): Buffer {
  return Buffer.from(JSON.stringify([version, keyId, organizationId, table, row, column]));
}

/**
 * Encryption of single fields: AES-256-GCM with a random 96-bit IV (NIST SP 800-38D), `v1.<keyId>.<iv>.<ciphertext and tag>` in base64url,
 * bound to organization, table, row and column.
 *
 * @example new Cipher([current, previous]) // encrypts by `current`, still reads `previous`
 */
export class Cipher {
  readonly #current: Key;
  readonly #keys: ReadonlyMap<string, Key>;

  /**
   * @param secretKeys 32 bytes in base64 each; the first encrypts, all decrypt
   * @throws AppError `internal` where one of them is something else
   */
  constructor(secretKeys: string | Secret | readonly [string | Secret, ...(string | Secret)[]]) {
    const list = typeof secretKeys === 'string' || secretKeys instanceof Secret ? [secretKeys] : secretKeys;
    const keys = list.map(fieldKey);
    const [current] = keys;
    if (current === undefined) throw new AppError('internal', 'No secret key was given.');
    this.#current = current;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  /** @param text what to keep secret; an empty text is one too */
  encrypt(text: string | Secret, binding: CipherBinding): string {
    const { id, bytes } = this.#current;
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', bytes, iv, { authTagLength: tagBytes });
    cipher.setAAD(associatedData(id, binding));
    const plain = text instanceof Secret ? text.reveal() : text;
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [version, id, iv.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /** @throws AppError `internal` where the text was changed, belongs elsewhere or its key is not among ours */
  decrypt(encrypted: string, binding: CipherBinding): Secret {
    const [found, keyId = '', iv = '', sealed = '', ...rest] = encrypted.split('.');
    const key = this.#keys.get(keyId);
    try {
      if (found !== version || rest.length > 0) throw new Error(`unknown format ${found}`);
      if (key === undefined) throw new Error(`no key ${keyId}`);
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(iv, 'base64url'), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(associatedData(keyId, binding));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return new Secret(
        Buffer.concat([decipher.update(bytes.subarray(0, -tagBytes)), decipher.final()]).toString('utf8'),
      );
    } catch (cause) {
      throw new AppError('internal', 'A stored secret cannot be read.', {
        hint: 'FAIRLEAD_SECRET_KEY may have changed: put the earlier key back beside the new one.',
        cause,
      });
    }
  }

  /** Whether an older key made it: encrypt it again at the next chance. */
  isOutdated(encrypted: string): boolean {
    return !encrypted.startsWith(`${version}.${this.#current.id}.`);
  }
}
