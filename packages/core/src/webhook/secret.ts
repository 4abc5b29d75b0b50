import { randomBytes } from 'node:crypto';

/** What makes a webhook's address unguessable: 192 random bits, 32 characters. */
export function newWebhookId(): string {
  return randomBytes(24).toString('base64url');
}

/** What signs: 256 random bits, 43 characters. */
export function newWebhookSecret(): string {
  return randomBytes(32).toString('base64url');
}
