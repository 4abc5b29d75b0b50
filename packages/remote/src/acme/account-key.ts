import { createHash, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { Secret } from '@fairlead/errors';

const base64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');

/** The key by which an account signs (ES256). @see https://www.rfc-editor.org/rfc/rfc7515 */
export class AccountKey {
  readonly #key: KeyObject;
  /** Its public half, in the order that its thumbprint is made over. */
  readonly jwk: { crv: string; kty: string; x: string; y: string };

  constructor(pem: Secret) {
    this.#key = createPrivateKey(pem.reveal());
    const { crv = '', kty = '', x = '', y = '' } = this.#key.export({ format: 'jwk' });
    this.jwk = { crv, kty, x, y };
  }

  /** @see https://www.rfc-editor.org/rfc/rfc7638 */
  get thumbprint(): string {
    return createHash('sha256').update(JSON.stringify(this.jwk)).digest('base64url');
  }

  /** A signed message as ACME takes it. `payload` null: a plain question. */
  sign(header: object, payload: object | null): string {
    const said = base64url(JSON.stringify({ alg: 'ES256', ...header }));
    const told = payload === null ? '' : base64url(JSON.stringify(payload));
    const signature = sign('sha256', Buffer.from(`${said}.${told}`), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    });
    return JSON.stringify({ protected: said, payload: told, signature: base64url(signature) });
  }
}
