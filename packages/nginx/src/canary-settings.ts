import * as z from 'zod';

/** The largest share of the visitors that a canary is given, in percent. */
export const mostCanaryPercent = 50;
/** How long a browser keeps a visitor's side, and the longest time a canary may be left to its rule (seconds). */
export const canaryCookieSeconds = 604_800;

/** How much of the visitors: whole percents; 0: those alone who carry the cookie. */
export const canaryPercentSchema = z.int().min(0).max(mostCanaryPercent);
/** Name of the cookie that holds a visitor’s number, `always` or `never`, as Nginx’s `$cookie_name` can read it back. */
export const canaryCookieSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'Use lower-case letters, digits and _, the first a letter.');
