import { actorOfToken, actorOfUser } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv, ApiOptions } from '../variables.ts';

/** Who sent these headers: a bearer token wins over a cookie. */
export async function identify({ ctx, auth }: ApiOptions, headers: Headers) {
  const authorization = headers.get('authorization');
  if (authorization !== null) {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const actor = token === undefined ? null : await actorOfToken(ctx, token);
    if (actor === null) throw new AppError('unauthenticated', 'This token is not valid (any more).');
    return { actor, by: 'token' as const };
  }
  if (!headers.has('cookie')) return null;
  const found = await auth.api.getSession({ headers });
  if (found === null) return null;
  const actor = await actorOfUser(ctx, found.user.id, found.session.activeOrganizationId);
  if (actor === null) throw new AppError('forbidden', 'You are not a member of this organization.');
  return { actor, by: 'session' as const };
}

/** Session cookie or token → actor. Everything behind it answers 401 to strangers. */
export const authenticate = createMiddleware<ApiEnv>(async (c, next) => {
  const identity = await identify(c.var.options, c.req.raw.headers);
  if (identity === null) {
    throw new AppError('unauthenticated', 'Sign in first.', {
      hint: 'Send a session cookie or Authorization: Bearer fl_…',
    });
  }
  c.set('actor', identity.actor);
  c.set('by', identity.by);
  await next();
});
