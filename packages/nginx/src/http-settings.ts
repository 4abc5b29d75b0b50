/**
 * What a front does with requests beside sharing them out: one value, the same for the form in the browser, the API, the row and the renderer. Every
 * default is what a front without settings does.
 */
import * as z from 'zod';
import { accessSchema, rateLimitSchema } from './access-settings.ts';
import { grpcSchema } from './grpc-settings.ts';
import { requestHeadersSchema, responseHeadersSchema } from './header-settings.ts';
import { pathSchema } from './path-settings.ts';
import { redirectsSchema } from './redirect-settings.ts';
import { routesSchema } from './route-settings.ts';
import { snippetSchema } from './snippet-settings.ts';
import { trustedProxySchema } from './trusted-proxy-settings.ts';

export { snippetWarnings } from './snippet-settings.ts';
export {
  networkListUrlSchema,
  proxyNetworkRefusal,
  proxyNetworksSchema,
  type TrustedProxy,
} from './trusted-proxy-settings.ts';

const MEBIBYTE = 1024 ** 2;

/** A whole number within bounds, refused in words that fit any unit of a form. */
function whole(min: number, max: number, message: string) {
  return z.int(message).min(min, message).max(max, message);
}
const seconds = (max: number) => whole(1, max, `Give whole seconds, from 1 to ${max}.`);

/** How long a backend may take, in seconds. */
const timeoutsSchema = z.strictObject({
  /** To accept a connection; Nginx's own limit is 75. */
  connectSeconds: seconds(75).default(5),
  /** Between two parts of a request that it takes. */
  sendSeconds: seconds(86_400).default(60),
  /** Between two parts of its answer, the first one above all. */
  readSeconds: seconds(86_400).default(65),
});

/** Compressing answers at the front. What a backend compressed by itself goes on as it came. */
const gzipSchema = z
  .strictObject({
    /** `server`: as the server's own nginx.conf says (Debian's: HTML alone). */
    mode: z.enum(['server', 'on', 'off']).default('server'),
    /** Shorter answers are sent as they are; counts with `on` alone. */
    minBytes: whole(0, MEBIBYTE, 'Give bytes, from 0 to 1 MiB.').default(1024),
  })
  .overwrite((gzip) => (gzip.mode === 'on' ? gzip : { ...gzip, minBytes: 1024 }));

/** A path at which the balancer's Nginx answers `ok` by itself, for whoever watches the balancer. */
const balancerHealthSchema = z
  .strictObject({
    enabled: z.boolean().default(false),
    path: pathSchema
      .refine((path) => path !== '/', 'The whole site can not be its own health check.')
      .default('/health'),
  })
  .overwrite((health) => (health.enabled ? health : { ...health, path: '/health' }));

const fields = {
  /** The largest request body, in bytes; a larger one is answered with 413. */
  maxBodyBytes: whole(1024, 100 * 1024 * MEBIBYTE, 'Give a size from 1 KiB to 100 GiB.'),
  timeouts: timeoutsSchema,
  /** Whether Nginx takes an answer from a backend as fast as it comes and gives it on as the visitor reads. Off: every part at once, for streams. */
  buffering: z.boolean(),
  gzip: gzipSchema,
  balancerHealth: balancerHealthSchema,
  requestHeaders: requestHeadersSchema,
  responseHeaders: responseHeadersSchema,
  redirects: redirectsSchema,
  access: accessSchema,
  rateLimit: rateLimitSchema,
  snippet: snippetSchema,
  routes: routesSchema,
  grpc: grpcSchema,
  trustedProxy: trustedProxySchema,
};

/** All settings; what is left out is its default. */
export const httpSettingsSchema = z
  .strictObject({
    maxBodyBytes: fields.maxBodyBytes.default(64 * MEBIBYTE),
    timeouts: fields.timeouts.prefault({}),
    buffering: fields.buffering.default(true),
    gzip: fields.gzip.prefault({}),
    balancerHealth: fields.balancerHealth.prefault({}),
    requestHeaders: fields.requestHeaders.default([]),
    responseHeaders: fields.responseHeaders.default([]),
    redirects: fields.redirects.default([]),
    access: fields.access.default([]),
    rateLimit: fields.rateLimit.default(null),
    snippet: fields.snippet.default(''),
    routes: fields.routes.default([]),
    grpc: fields.grpc.default([]),
    trustedProxy: fields.trustedProxy.default(null),
  })
  .check((context) => {
    const { balancerHealth: health, redirects, routes, grpc, requestHeaders, trustedProxy } = context.value;
    const said = trustedProxy?.field.toLowerCase();
    for (const [index, { name }] of requestHeaders.entries()) {
      if (name.toLowerCase() !== said) continue;
      const message = 'By this field the proxy says who the visitor is: the balancer alone sets it.';
      context.issues.push({ code: 'custom', message, path: ['requestHeaders', index, 'name'], input: name });
    }
    for (const [index, { prefix }] of routes.entries()) {
      if (!redirects.some(({ match, from }) => match === 'prefix' && from === prefix)) continue;
      const message = 'A redirect leads this prefix elsewhere.';
      context.issues.push({ code: 'custom', message, path: ['routes', index, 'prefix'], input: prefix });
    }
    for (const [index, prefix] of grpc.entries()) {
      const isRouted = routes.some((route) => route.prefix === prefix);
      if (!isRouted && !redirects.some(({ match, from }) => match === 'prefix' && from === prefix)) continue;
      const message = isRouted
        ? 'A route leads this prefix to another app.'
        : 'A redirect leads this prefix elsewhere.';
      context.issues.push({ code: 'custom', message, path: ['grpc', index], input: prefix });
    }
    const taken = health.enabled
      ? redirects.findIndex(({ match, from }) => match === 'exact' && from === health.path)
      : -1;
    if (taken >= 0) {
      const message = 'At this path the balancer answers for its own health.';
      context.issues.push({
        code: 'custom',
        message,
        path: ['redirects', taken, 'from'],
        input: health.path,
      });
    }
  });
export type HttpSettings = z.infer<typeof httpSettingsSchema>;

/** Some settings: each that is named replaces the one that was, as a whole. */
export const httpChangeSchema = z.strictObject(fields).partial();
export type HttpChange = z.input<typeof httpChangeSchema>;

/** What a front without settings does. */
export const defaultHttpSettings: HttpSettings = httpSettingsSchema.parse({});

/** Whether two settings say the same; both as the schema gives them out, so that fields stand in one order. */
export function isSameHttp(one: Partial<HttpSettings>, other: Partial<HttpSettings>): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The settings that are not their default. */
export function unusualHttp(settings: HttpSettings): Partial<HttpSettings> {
  const known = defaultHttpSettings as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(settings).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(known[key])),
  );
}
