import { createToken, type Role } from '@fairlead/core';
import { createWorld, type World } from '@fairlead/core/testing';
import { Secret } from '@fairlead/errors';
import { createAccountStore } from './accounts.ts';
import { type Api, createApi } from './api.ts';
import { type Auth, createAuth } from './auth.ts';
import { createEventHub, type EventHub } from './event-hub.ts';

export const origin = 'http://localhost:3000';

/** An API over a database of its own, with a token for each role of one organization and for the owner of another. */
export interface ApiWorld extends World {
  api: Api;
  auth: Auth;
  hub: EventHub;
  tokens: Record<Role | 'theirs', string>;
  /** `api.request` with JSON: `send('POST', '/apps', {…}, { token })`. */
  send(method: string, path: string, body?: unknown, options?: SendOptions): Promise<Response>;
}

export interface SendOptions {
  token?: string;
  cookie?: string;
  origin?: string | null;
  headers?: Record<string, string>;
}

export async function createApiWorld(baseUrl: string = origin): Promise<ApiWorld> {
  const world = await createWorld();
  const auth = createAuth({
    prisma: world.ctx.prisma,
    clock: world.ctx.clock,
    log: world.ctx.log,
    baseUrl,
    secret: new Secret('0123456789abcdef0123456789abcdef'),
  });
  world.ctx.accounts = createAccountStore(auth);
  const hub = createEventHub();
  const api = createApi({
    ctx: world.ctx,
    auth,
    events: hub,
    version: '0.1.0-test',
    origins: [baseUrl],
    clientAddress: (request) => request.headers.get('x-test-address') ?? '198.18.0.99',
  });
  const token = async (actor: World['theirs']) =>
    (await createToken(world.ctx, actor, { name: 'test', scopes: ['read', 'write'] })).secret;
  const { owner, admin, deployer, viewer } = world.ours;
  return {
    ...world,
    api,
    auth,
    hub,
    tokens: {
      owner: await token(owner),
      admin: await token(admin),
      deployer: await token(deployer),
      viewer: await token(viewer),
      theirs: await token(world.theirs),
    },
    send: async (method, path, body, options = {}) =>
      api.request(`${baseUrl}${path.startsWith('/api/') ? path : `/api/v1${path}`}`, {
        method,
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(options.cookie === undefined ? {} : { cookie: options.cookie }),
          ...(options.origin === null ? {} : { origin: options.origin ?? baseUrl }),
          ...options.headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}

/** The cookies of an answer, as the next request sends them. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
