import * as z from 'zod';
import { hostSchema } from '../fields/address.ts';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';

const word = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    // What a URL, an ini file or a line of the environment would read as something else is quoted there; control characters can't be.
    .regex(/^[^\p{Cc}]+$/u, 'Control characters can not stand here.');

const pem = /^(?:\s*-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/;

export const setHostedDatabaseBody = z.strictObject({
  engine: z.enum(['postgresql', 'mariadb']),
  host: hostSchema,
  port: z.int().min(1).max(65_535),
  name: word(64),
  user: word(128),
  /** Left out: the one that is known stays. */
  password: word(1024).optional(),
  /** `require`: encrypt, whoever answers; `verify`: certificate and name, too. */
  tls: z.enum(['off', 'require', 'verify']),
  /** Certificates (PEM) that it is verified by; null: those that the backends' systems trust. */
  authority: z
    .string()
    .max(100_000)
    .regex(pem, 'Give one or more certificates as PEM.')
    .nullable()
    .default(null),
});
export type SetHostedDatabaseBody = z.input<typeof setHostedDatabaseBody>;
export const setHostedDatabaseInput = setHostedDatabaseBody.extend({ appId: idSchema });
export const hostedDatabaseInput = z.strictObject({ appId: idSchema });
export const checkHostedDatabaseInput = hostedDatabaseInput.extend({ idempotencyKey: idempotencyKeySchema });
