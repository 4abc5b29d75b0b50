import * as z from 'zod';
import { methods } from '../load-balancer/methods.ts';
import { appPortSchema } from './address.ts';

export const methodSchema = z.enum(methods);

/** What the method `hash` goes by: `uri`, or a field of the request such as `header:x-tenant`. */
export const hashKeySchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^(?:uri|header:[a-z](?:[a-z0-9-]{0,62}[a-z0-9])?)$/,
    'Give uri, or header: and the name of a field: letters, digits and hyphens, e.g. header:x-tenant.',
  );

/** The cookie of the method `sticky`. */
export const stickyCookieSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'Use a–z, digits and underscore; begin with a letter.');

/** A method and what it goes by; what is left out stays as it is. */
export const balancingFields = {
  method: methodSchema,
  hashKey: hashKeySchema.optional(),
  stickyCookie: stickyCookieSchema.optional(),
};

/** Over how many seconds a backend that comes back climbs to its weight; 0: it has it at once. */
export const slowStartSecondsSchema = z.int().min(0).max(3600);

/** Parameters of one backend in the upstream. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server */
export const backendOptionFields = {
  /** Its share beside the others'. */
  weight: z.int().min(1).max(100),
  /** Failed tries within `failTimeoutSeconds` after which Nginx leaves it alone for as long; 0: never. */
  maxFails: z.int().min(0).max(100),
  failTimeoutSeconds: z.int().min(1).max(3600),
  /** Connections at once; 0: no limit. */
  maxConns: z.int().min(0).max(100_000),
  /** Stands by until no other backend answers. */
  backup: z.boolean(),
  /** Keeps the visitors whom the sticky cookie ties to it, and gets no others. */
  drain: z.boolean(),
  /** Where it listens for the balancer; null: the app's port. */
  port: appPortSchema.nullable(),
};
