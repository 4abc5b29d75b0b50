import * as z from 'zod';

/** {@link hostnameSchema} as a pattern. */
export const hostnamePattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** A host name as Nginx's `server_name` takes it literally: lower case, LDH labels, at most 253 characters, no wildcard, no regular expression. */
export const hostnameSchema = z.string().max(253).regex(hostnamePattern).brand<'Hostname'>();
