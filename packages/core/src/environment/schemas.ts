import * as z from 'zod';
import { unusableHost } from '../fields/address.ts';
import { environmentKeySchema, environmentValueSchema } from '../fields/environment.ts';
import { idSchema } from '../fields/text.ts';

/** How many variables an app may have. */
export const maxEnvironmentVariables = 500;

export const changeEnvironmentBody = z.strictObject({
  /** Of this backend alone: they take the place of the app's own there. Left out: of the app, on every backend. */
  backendId: idSchema.optional(),
  set: z
    .record(environmentKeySchema, environmentValueSchema)
    .default({})
    .refine((set) => Object.keys(set).length <= maxEnvironmentVariables, 'Too many variables.'),
  unset: z.array(z.string().max(128)).max(maxEnvironmentVariables).default([]),
});
export type ChangeEnvironmentBody = z.input<typeof changeEnvironmentBody>;
export const changeEnvironmentInput = changeEnvironmentBody.extend({ appId: idSchema });

export const objectStorageFrameworks = ['laravel', 'django', 'node'] as const;

/** `https://host[:port]`, without a path: the bucket is a field of its own. */
const endpointSchema = z
  .string()
  .max(300)
  .refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    return (
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      [url.username, url.password, url.search, url.hash].every((part) => part === '') &&
      url.pathname === '/' &&
      unusableHost(url.hostname.replace(/^\[|\]$/g, '')) === undefined
    );
  }, 'Give the address of the storage as https://host, without a path.')
  .transform((text) => new URL(text).origin);

/** Whatever an S3 client takes for a key; never empty, no spaces. */
const credential = (longest: number) =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'Printable characters without spaces.')
    .max(longest);

export const setObjectStorageBody = z.strictObject({
  /** Whose names the variables get. */
  framework: z.enum(objectStorageFrameworks),
  /** null: Amazon’s own, by the region. */
  endpoint: endpointSchema.nullable().default(null),
  region: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'Lower-case letters, digits and hyphens, e.g. eu-central-1.'),
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
  bucket: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/, '3 to 63 lower-case letters, digits, dots and hyphens.'),
  key: credential(200),
  secret: credential(1000),
  /** The bucket stands in the path, not in the host’s name: what most storages but Amazon’s want. */
  pathStyle: z.boolean().default(false),
});
export type SetObjectStorageBody = z.input<typeof setObjectStorageBody>;
export const setObjectStorageInput = setObjectStorageBody.extend({ appId: idSchema });
