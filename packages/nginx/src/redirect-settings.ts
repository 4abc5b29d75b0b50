import * as z from 'zod';
import { hasFewDollars, tooManyDollars } from './header-settings.ts';
import { pathSchema } from './path-settings.ts';

const URI = /^(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/;
const ABSOLUTE =
  /^https?:\/\/(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?(?=[/?#]|$)/;

const targetSchema = z
  .string()
  .max(1024, 'A target has 1024 characters at most.')
  .refine(
    (to) => (to.startsWith('/') && !to.startsWith('//')) || ABSOLUTE.test(to),
    'Give a path from / on (not //, which names another host), or an http or https address with its host in lower case and no user.',
  )
  .refine((to) => URI.test(to.replace(ABSOLUTE, '')), 'Write what is no character of an address as %XX.')
  .refine(hasFewDollars, tooManyDollars);

const redirectSchema = z
  .strictObject({
    /** `exact`: this path alone. `prefix`: all paths that begin so. */
    match: z.enum(['exact', 'prefix']).default('exact'),
    from: pathSchema,
    to: targetSchema,
    /** 301 and 308 are for good, 302 and 307 for now; 307 and 308 keep the method. */
    status: z.literal([301, 302, 307, 308]).default(302),
    /** What stands after `?` goes along. */
    keepQuery: z.boolean().default(true),
    /** What stands after the prefix goes along. */
    keepPath: z.boolean().default(false),
  })
  .refine(({ match, from }) => match === 'exact' || (from.endsWith('/') && from !== '/'), {
    path: ['from'],
    message: 'A prefix ends with / and is not the whole site.',
  })
  .refine(({ match, keepPath }) => match === 'prefix' || !keepPath, {
    path: ['keepPath'],
    message: 'Only of a prefix is there a rest to keep.',
  })
  .refine(({ to, keepPath }) => !keepPath || (to.endsWith('/') && !/[?#]/.test(to)), {
    path: ['to'],
    message: 'To append the rest of the path, end the target with /, without ? and #.',
  })
  .refine(({ to, keepQuery }) => !keepQuery || !/[?#]/.test(to), {
    path: ['to'],
    message: 'A target with ? or # can not take the query along: choose one.',
  })
  .refine(({ match, from, to }) => !leadsToItself(match, from, to), {
    path: ['to'],
    message: 'This leads to itself.',
  });
export type Redirect = z.infer<typeof redirectSchema>;

function leadsToItself(match: string, from: string, to: string): boolean {
  const path = to.replace(/[?#].*$/, '');
  return match === 'exact' ? path === from : path.startsWith(from);
}

/** Paths that are answered with another place to go to; each once. */
export const redirectsSchema = z
  .array(redirectSchema)
  .max(500, 'At most 500 redirects.')
  .check((context) => {
    const seen = new Set<string>();
    for (const [index, { match, from }] of context.value.entries()) {
      const key = `${match} ${from}`;
      if (seen.has(key)) {
        const message = 'This path is redirected twice.';
        context.issues.push({ code: 'custom', message, path: [index, 'from'], input: from });
      }
      seen.add(key);
    }
  });
