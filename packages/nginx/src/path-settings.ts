import * as z from 'zod';

/** Whether a path means itself alone to Nginx: as it compares it, decoded and without dots, and without what ends a word in its language. */
const PLAIN_PATH = /^(?!.*\/\/)(?!.*\/\.{1,2}(?:\/|$))\/[A-Za-z0-9._~!&'()*+,=:@/-]*$/;
/** Below these the balancer answers for itself. */
const RESERVED_PATH = /^\/\.well-known\/(?:acme-challenge|fairlead)(?:\/|$)/;

/** A path that Nginx compares literally with the one asked for (after decoding): at most 512 plain characters. */
export const pathSchema = z
  .string()
  .max(512, 'A path has 512 characters at most.')
  .regex(
    PLAIN_PATH,
    "Give a path as Nginx sees it: from / on, decoded, of letters, digits and . _ ~ ! & ' ( ) * + , = : @ -, without // and without dots alone.",
  )
  .refine((path) => !RESERVED_PATH.test(path), 'Below this path the balancer answers for itself.');
