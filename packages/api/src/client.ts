import { hc } from 'hono/client';
import type { ApiRoutes } from './api.ts';

export interface ClientOptions {
  /** `fl_…`; without it the browser's session cookie goes along. */
  token?: string;
  fetch?: typeof globalThis.fetch;
  headers?: Record<string, string>;
}

/**
 * The API, typed by its routes: `client.apps[':appId'].$get({ param: { appId } })`. Nothing of the server comes along.
 * @param baseUrl where the dashboard is, e.g. `https://fairlead.example`; empty in the browser
 */
export function createClient(baseUrl: string, options: ClientOptions = {}) {
  const { token, headers, fetch } = options;
  return hc<ApiRoutes>(`${baseUrl}/api/v1`, {
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    init: { credentials: 'same-origin' },
    ...(fetch === undefined ? {} : { fetch }),
  });
}

export type Client = ReturnType<typeof createClient>;
