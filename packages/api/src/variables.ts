import type { Actor, Context } from '@fairlead/core';
import { AppError } from '@fairlead/errors';
import type { Context as HonoContext } from 'hono';
import type { Auth } from './auth.ts';
import type { EventSource } from './event-hub.ts';

/** What an API is made of. */
export interface ApiOptions {
  ctx: Context;
  auth: Auth;
  events: EventSource;
  version: string;
  /** Origins whose pages may change things with a cookie, e.g. `https://fairlead.example`. */
  origins: string[];
  /** The client's address, for limits: from a header that a trusted proxy sets, or from the socket. Without it all clients share one limit by address. */
  clientAddress?: (request: Request, env: unknown) => string | undefined;
}

export interface ApiEnv {
  Variables: {
    options: ApiOptions;
    ctx: Context;
    /** Set behind `authenticate`. */
    actor: Actor | undefined;
    by: 'session' | 'token' | undefined;
  };
}

/** The signed-in caller. @throws AppError `unauthenticated` */
export function actorOf(c: HonoContext<ApiEnv>): Actor {
  const { actor } = c.var;
  if (actor !== undefined) return actor;
  throw new AppError('unauthenticated', 'Sign in first.', {
    hint: 'Send a session cookie or Authorization: Bearer fl_…',
  });
}
