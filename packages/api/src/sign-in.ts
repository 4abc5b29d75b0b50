import { countSignIn } from '@fairlead/core';
import type { Context as HonoContext } from 'hono';
import { clientAddressHeader } from './auth.ts';
import type { ApiEnv } from './variables.ts';

/** Hand a request to better-auth, with the address that we know the client by; count sign-ins. */
export async function handleAuth(c: HonoContext<ApiEnv>): Promise<Response> {
  const { auth, ctx, clientAddress } = c.var.options;
  const address = clientAddress?.(c.req.raw, c.env);
  const request = new Request(c.req.raw);
  request.headers.delete(clientAddressHeader);
  if (address !== undefined) request.headers.set(clientAddressHeader, address);
  if (c.req.method !== 'POST' || !c.req.path.endsWith('/sign-in/email')) return auth.handler(request);
  const email = await emailOf(request.clone());
  const forgive = await countSignIn(ctx, email, address ?? 'unknown');
  const response = await auth.handler(request);
  if (response.ok) await forgive();
  return response;
}

async function emailOf(request: Request): Promise<string> {
  try {
    const { email } = (await request.json()) as { email?: unknown };
    return typeof email === 'string' ? email : '';
  } catch {
    return '';
  }
}
