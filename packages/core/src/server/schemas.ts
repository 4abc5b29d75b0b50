import * as z from 'zod';
import { runtimes } from '../app/runtimes.ts';
import { runtimeSchema } from '../app/schemas.ts';
import { hostSchema, machineIpSchema, sshPortSchema } from '../fields/address.ts';
import { idempotencyKeySchema, idSchema, nameSchema, unixUserSchema } from '../fields/text.ts';

export const createServerInput = z.strictObject({
  name: nameSchema,
  address: hostSchema,
  port: sshPortSchema.default(22),
  user: unixUserSchema.default('root'),
  privateAddress: machineIpSchema.nullable().default(null),
  jumpServerId: idSchema.nullable().default(null),
});
export type CreateServerInput = z.input<typeof createServerInput>;

export const updateServerBody = z.strictObject({
  name: nameSchema.optional(),
  address: hostSchema.optional(),
  port: sshPortSchema.optional(),
  user: unixUserSchema.optional(),
  privateAddress: machineIpSchema.nullable().optional(),
  jumpServerId: idSchema.nullable().optional(),
});
export type UpdateServerBody = z.input<typeof updateServerBody>;
export const updateServerInput = updateServerBody.extend({ serverId: idSchema });

export const serverInput = z.strictObject({ serverId: idSchema });
export const checkServerInput = serverInput.extend({ idempotencyKey: idempotencyKeySchema });

export const confirmHostKeyBody = z.strictObject({
  /** As it was shown: `SHA256:…`. */
  fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'Give the fingerprint as shown: SHA256:…'),
});
export const confirmHostKeyInput = confirmHostKeyBody.extend(checkServerInput.shape);

export const prepareServerBody = z.strictObject({
  runtimes: z.array(runtimeSchema).max(runtimes.length).default([]),
  databases: z
    .array(z.enum(['postgresql', 'mariadb', 'redis']))
    .max(3)
    .default([]),
});
export type PrepareServerBody = z.input<typeof prepareServerBody>;
export const prepareServerInput = prepareServerBody.extend(checkServerInput.shape);
