import { AppError } from '@fairlead/errors';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../variables.ts';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A change that carries no token must come from a page of ours. Browsers send `Origin` with every such request; a page elsewhere can't forge it
 * (https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html).
 */
export const checkOrigin = createMiddleware<ApiEnv>(async (c, next) => {
  const origin = c.req.header('origin');
  const needed = !safe.has(c.req.method) && c.req.header('authorization') === undefined;
  if (
    needed &&
    (origin === undefined ? c.req.header('cookie') !== undefined : !c.var.options.origins.includes(origin))
  ) {
    throw new AppError('forbidden', 'This request does not come from a page of this installation.', {
      hint: 'Send an Origin header with the dashboard’s address, or use a token.',
    });
  }
  await next();
});
