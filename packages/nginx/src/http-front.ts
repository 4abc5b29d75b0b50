import { readAccess } from './access.ts';
import { readGrpc } from './grpc.ts';
import { readHeaders } from './http-headers.ts';
import { type HttpSettings, unusualHttp } from './http-settings.ts';
import { readRedirects } from './redirects.ts';
import { readRoutes } from './routes.ts';
import type { Slug } from './spec.ts';
import { readTls } from './tls.ts';
import { block, blocksNamed, type ConfigNode, comment, directive, directivesNamed } from './tree.ts';
import { readTrustedProxy } from './trusted-proxy.ts';

/** What is worth compressing: text in its many names. Streams of events stay as they are, since each part has to leave at once. HTML is always among them. */
const GZIP_TYPES = [
  'application/atom+xml',
  'application/geo+json',
  'application/javascript',
  'application/json',
  'application/ld+json',
  'application/manifest+json',
  'application/rss+xml',
  'application/wasm',
  'application/xhtml+xml',
  'application/xml',
  'font/otf',
  'font/ttf',
  'image/svg+xml',
  'text/css',
  'text/javascript',
  'text/markdown',
  'text/plain',
  'text/vcard',
  'text/xml',
];

/** By this the location of the balancer's own health is known. */
const HEALTH_ANSWER = 'ok';

const UNITS: readonly [string, number][] = [
  ['g', 1024 ** 3],
  ['m', 1024 ** 2],
  ['k', 1024],
];

/** `67108864` → `64m`, as short as it says the same. @see https://nginx.org/en/docs/syntax.html */
export function sizeArgument(bytes: number): string {
  // `64m` and not `0.0625g`; gigabytes as megabytes, since sizes in memory know no `g`.
  const unit = UNITS.slice(1).find(([, size]) => bytes > 0 && bytes % size === 0);
  return unit === undefined ? String(bytes) : `${bytes / unit[1]}${unit[0]}`;
}

/** The inverse of {@link sizeArgument}; undefined for what is no size. */
export function readSize(argument: string | undefined): number | undefined {
  const [, number, name] = /^([0-9]{1,15})([kmg]?)$/i.exec(argument ?? '') ?? [];
  if (number === undefined) return undefined;
  const size = UNITS.find(([unit]) => unit === name?.toLowerCase())?.[1] ?? 1;
  return Number(number) * size;
}

/** `65` of `65s`; undefined for what is no time in seconds. */
export function readSeconds(argument: string | undefined): number | undefined {
  const seconds = /^([0-9]{1,9})s?$/.exec(argument ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Compression where a front has its own word about it. @see https://nginx.org/en/docs/http/ngx_http_gzip_module.html */
export function compression({ gzip }: HttpSettings): ConfigNode[] {
  if (gzip.mode === 'server') return [];
  if (gzip.mode === 'off') return [directive('gzip', 'off')];
  return [
    directive('gzip', 'on'),
    directive('gzip_min_length', gzip.minBytes),
    directive('gzip_comp_level', 5),
    directive('gzip_proxied', 'any'),
    directive('gzip_vary', 'on'),
    directive('gzip_types', ...GZIP_TYPES),
  ];
}

/** The balancer's own health: by Nginx alone, whatever the backends do, and not logged. */
export function balancerHealth({ balancerHealth: { enabled, path } }: HttpSettings): ConfigNode[] {
  if (!enabled) return [];
  return [
    block(
      'location',
      ['=', path],
      directive('access_log', 'off'),
      directive('default_type', 'text/plain'),
      directive('return', 200, HEALTH_ANSWER),
    ),
  ];
}

const KEPT = /^Kept for when it serves: (.*)\|$/;
/** Nginx reads no comment of more than 4096 bytes. */
const KEPT_LENGTH = 900;

/** Settings of a front that answers by itself: its file has no place for them, so they stand there as remarks. */
export function keptHttp(settings: HttpSettings): ConfigNode[] {
  const kept = unusualHttp(settings);
  if (Object.keys(kept).length === 0) return [];
  const parts = JSON.stringify(kept).match(new RegExp(`.{1,${KEPT_LENGTH}}`, 'gsu')) ?? [];
  return parts.map((part) => comment(`Kept for when it serves: ${part}|`));
}

/** What {@link keptHttp} wrote; null where it wrote nothing. */
export function readKeptHttp(remarks: readonly string[]): unknown {
  const text = remarks.map((remark) => KEPT.exec(remark)?.[1] ?? '').join('');
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // Changed by hand: the schema says what is wrong with it.
    return text;
  }
}

/** The settings that a file with this server block states, as input of `httpSettingsSchema`. */
export function readHttp(
  app: Slug,
  nodes: readonly ConfigNode[],
  site: readonly ConfigNode[],
): Record<string, unknown> {
  const first = (name: string) => directivesNamed(site, name)[0]?.args[0];
  return {
    maxBodyBytes: readSize(first('client_max_body_size')),
    timeouts: {
      connectSeconds: readSeconds(first('proxy_connect_timeout')),
      sendSeconds: readSeconds(first('proxy_send_timeout')),
      readSeconds: readSeconds(first('proxy_read_timeout')),
    },
    buffering: first('proxy_buffering') !== 'off',
    gzip: { mode: first('gzip') ?? 'server', minBytes: readSize(first('gzip_min_length')) },
    balancerHealth: readBalancerHealth(site),
    ...readHeaders(app, site, readTls(site)?.forceHttps === true),
    redirects: readRedirects(app, site),
    routes: readRoutes(app, site),
    grpc: readGrpc(site),
    ...readAccess(nodes, site),
    trustedProxy: readTrustedProxy(site),
  };
}

function readBalancerHealth(site: readonly ConfigNode[]): unknown {
  const location = blocksNamed(site, 'location').find(({ children }) =>
    directivesNamed(children, 'return').some(({ args }) => args[0] === '200' && args[1] === HEALTH_ANSWER),
  );
  return location === undefined ? undefined : { enabled: true, path: location.args[1] };
}
