import * as z from 'zod';
import { pathSchema } from './path-settings.ts';

const routeSchema = z.strictObject({
  /** All paths that begin so; ends with `/`. */
  prefix: pathSchema.refine(
    (prefix) => prefix.endsWith('/') && prefix !== '/',
    'A prefix ends with / and is not the whole site.',
  ),
  /** Name in Nginx of another app whose front is on the same balancer. */
  app: z.string().regex(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/, 'Choose another app of this balancer.'),
  /** The other app sees `/x` instead of `/api/x`. */
  stripPrefix: z.boolean().default(false),
});
export type Route = z.infer<typeof routeSchema>;

/** Parts of a site that another app answers; each prefix once. */
export const routesSchema = z
  .array(routeSchema)
  .max(50, 'At most 50 routes.')
  .check((context) => {
    const prefixes = context.value.map(({ prefix }) => prefix);
    for (const [index, prefix] of prefixes.entries()) {
      if (prefixes.indexOf(prefix) === index) continue;
      const message = 'This prefix has a route already.';
      context.issues.push({ code: 'custom', message, path: [index, 'prefix'], input: prefix });
    }
  });
