import { randomBytes } from 'node:crypto';
import { Secret } from '@fairlead/errors';

/** 32 characters of base64url: 192 bits. */
export function newDatabasePassword(): Secret {
  return new Secret(randomBytes(24).toString('base64url'));
}
