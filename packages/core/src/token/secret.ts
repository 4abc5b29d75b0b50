import { createHash, randomBytes } from 'node:crypto';

export const tokenPrefix = 'fl_';
/** How much of a token is kept readable, to recognise it by: 8 of 43 random characters. */
const shownCharacters = tokenPrefix.length + 8;

/** `fl_` and 32 random bytes in base64url. */
export function newToken(): string {
  return `${tokenPrefix}${randomBytes(32).toString('base64url')}`;
}

/** SHA-256 in hex: enough for 256 random bits, and found by index. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function shownPart(token: string): string {
  return token.slice(0, shownCharacters);
}
