import { readBytes, readTime } from './foreign-units.ts';
import type { Lost } from './foreign-upstream.ts';
import { requestHeaderRefusal, responseHeaderRefusal } from './header-settings.ts';
import { type HttpSettings, httpChangeSchema } from './http-settings.ts';
import { serialise } from './serialise.ts';
import { snippetFaults } from './snippet-settings.ts';
import type { ConfigNode, Directive } from './tree.ts';

/** Settings that a foreign server block states; what it does not state is left out. */
export interface StatedHttp {
  maxBodyBytes?: number;
  timeouts?: Partial<HttpSettings['timeouts']>;
  buffering?: boolean;
  gzip?: Partial<HttpSettings['gzip']>;
  requestHeaders: HttpSettings['requestHeaders'];
  responseHeaders: HttpSettings['responseHeaders'];
  redirects: HttpSettings['redirects'];
  access: HttpSettings['access'];
  rateLimit?: HttpSettings['rateLimit'];
}

/** What becomes of the statements of one server block. */
export interface Sorted {
  http: StatedHttp;
  /** Statements that no setting stands for and that may stand in the snippet. */
  snippet: string[];
  /** Statements that say what Fairlead does by itself. */
  covered: string[];
  lost: Lost[];
}

/** What the settings take from around the server block. */
export interface Around {
  /** Rates of `limit_req_zone` by the zone's name: of one address, in requests per second or minute. */
  rates: ReadonlyMap<string, { requests: number; per: 'second' | 'minute' }>;
  /** `$variable` or zone that goes with the file, by the statement that made it. */
  goesWithFile: ReadonlyMap<string, string>;
}

export function emptySorted(): Sorted {
  return {
    http: { requestHeaders: [], responseHeaders: [], redirects: [], access: [] },
    snippet: [],
    covered: [],
    lost: [],
  };
}

export function textOf(node: ConfigNode): string {
  return serialise([node]).trimEnd();
}

/** Directives that no other block inherits, so that they can't be moved from `location /` to the server block around it. */
const STAYS_IN_ITS_BLOCK =
  /^(?:if|location|limit_except|return|rewrite|set|break|try_files|internal|proxy_pass|root|alias|error_page|auth_request|mirror|satisfy)$/;

/** Whether a directive of `location /` may stand in the server block around it as well. */
export function isMovable(name: string): boolean {
  return !STAYS_IN_ITS_BLOCK.test(name);
}

/**
 * Takes one statement of the server block, or of its `location /`, over: as a setting, into the snippet, or to what is lost.
 * @param isInside of `location /`: what can't be moved out of it is lost
 */
export function sortStatement(sorted: Sorted, node: ConfigNode, around: Around, isInside: boolean): void {
  if (node.kind === 'comment') return;
  const text = textOf(node);
  if (node.kind === 'directive') {
    const taken = takeSetting(sorted, node, around);
    if (taken === 'taken') return;
    if (taken === 'covered') {
      sorted.covered.push(text);
      return;
    }
    if (taken !== null) {
      sorted.lost.push({ text, why: taken });
      return;
    }
  }
  const name = node.kind === 'raw' ? '' : node.name;
  if (isInside && !isMovable(name)) {
    sorted.lost.push({ text, why: 'It stands in location /, which Fairlead writes itself.' });
    return;
  }
  const why = snippetRefusal(text, around);
  if (why === null) sorted.snippet.push(text);
  else sorted.lost.push({ text, why });
}

/** Why a statement can't stand in the snippet; null where it may. */
export function snippetRefusal(text: string, { goesWithFile }: Around): string | null {
  const fault = snippetFaults(text)[0]?.message;
  if (fault !== undefined) return fault;
  for (const [name, by] of goesWithFile) {
    const isNamed = isNamedIn(text, name);
    if (isNamed)
      return `It needs ${name}, which ${by} beside the server block makes; that has no place in the snippet.`;
  }
  return null;
}

/** Whether a statement names a `$variable`, an `//upstream` or a zone. */
function isNamedIn(text: string, name: string): boolean {
  const literal = name.replace(/[.$/]/g, '\\$&');
  const begin = name.startsWith('$')
    ? `\\$\\{?${literal.slice(2)}`
    : name.startsWith('//')
      ? literal
      : `(?:^|[\\s=:])${literal}`;
  return new RegExp(`${begin}(?![A-Za-z0-9_-])`).test(text);
}

/** `taken`, `covered`, the reason why it is lost, or null for what is no setting. */
function takeSetting(sorted: Sorted, { name, args }: Directive, around: Around): string | null {
  const { http } = sorted;
  const [first = '', second = ''] = args;
  switch (name) {
    case 'client_max_body_size': {
      // 0 is no limit at all; the largest is the nearest to it.
      const bytes = readBytes(first);
      return stating(http, 'maxBodyBytes', bytes === 0 ? 100 * 1024 ** 3 : bytes);
    }
    case 'proxy_connect_timeout':
    case 'proxy_send_timeout':
    case 'proxy_read_timeout':
      return takeTimeout(http, name, first);
    case 'proxy_buffering':
      return stating(http, 'buffering', first !== 'off');
    case 'gzip':
      http.gzip = { ...http.gzip, mode: first === 'on' ? 'on' : 'off' };
      return 'taken';
    case 'gzip_min_length': {
      const minBytes = readBytes(first);
      if (minBytes === null || !httpChangeSchema.shape.gzip.safeParse({ mode: 'on', minBytes }).success)
        return 'It is outside of the bounds of that setting.';
      http.gzip = { ...http.gzip, minBytes };
      return 'taken';
    }
    case 'allow':
    case 'deny': {
      const rule = { action: name, source: first };
      const parsed = httpChangeSchema.shape.access.safeParse([...http.access, rule]);
      if (!parsed.success || parsed.data === undefined) return parsed.error?.issues[0]?.message ?? null;
      http.access = parsed.data;
      return 'taken';
    }
    case 'limit_req':
      return takeRate(http, args, around);
    case 'proxy_set_header':
      return takeRequestHeader(http, first, second);
    case 'add_header':
      return takeResponseHeader(http, first, second);
    case 'proxy_http_version':
      return first === '1.1' ? 'covered' : null;
    case 'proxy_redirect':
      return first === 'off' || first === 'default' ? 'covered' : null;
    default:
      return null;
  }
}

/** Sets one setting if it is within its bounds. */
function stating<Key extends 'maxBodyBytes' | 'buffering'>(
  http: StatedHttp,
  key: Key,
  value: StatedHttp[Key] | null,
): string {
  const parsed = httpChangeSchema.shape[key].safeParse(value ?? Number.NaN);
  if (!parsed.success) return parsed.error.issues[0]?.message ?? 'It is no value of that setting.';
  http[key] = parsed.data as StatedHttp[Key];
  return 'taken';
}

const timeoutFields = {
  proxy_connect_timeout: 'connectSeconds',
  proxy_send_timeout: 'sendSeconds',
  proxy_read_timeout: 'readSeconds',
} as const;

function takeTimeout(http: StatedHttp, name: keyof typeof timeoutFields, argument: string): string {
  const field = timeoutFields[name];
  const parsed = httpChangeSchema.shape.timeouts.safeParse({ [field]: readTime(argument) ?? Number.NaN });
  if (!parsed.success || parsed.data === undefined) return parsed.error?.issues[0]?.message ?? '';
  http.timeouts = { ...http.timeouts, [field]: parsed.data[field] };
  return 'taken';
}

function takeRate(http: StatedHttp, args: readonly string[], { rates }: Around): string {
  const of = (option: string) => args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1);
  const rate = rates.get(of('zone') ?? '');
  if (rate === undefined)
    return 'Fairlead limits by the visitor’s address, at a whole number a second or minute.';
  const parsed = httpChangeSchema.shape.rateLimit.safeParse({ ...rate, burst: Number(of('burst') ?? 0) });
  if (!parsed.success) return parsed.error.issues[0]?.message ?? '';
  if (http.rateLimit !== undefined) return 'An app has one rate limit; an earlier line says it.';
  http.rateLimit = parsed.data ?? null;
  return 'taken';
}

/** What every front tells its backends, under the values that say the same. */
const SAID_TO_BACKENDS: Record<string, RegExp> = {
  host: /^\$(?:host|http_host|server_name)(?::\$(?:server|proxy)_port)?$/,
  'x-real-ip': /^\$(?:remote_addr|realip_remote_addr)$/,
  'x-forwarded-for': /^\$(?:proxy_add_x_forwarded_for|remote_addr)$/,
  'x-forwarded-proto': /^(?:\$scheme|https?|\$http_x_forwarded_proto)$/,
  'x-forwarded-host': /^\$(?:host|http_host|server_name)$/,
  'x-forwarded-port': /^(?:\$server_port|[0-9]{1,5})$/,
  upgrade: /^\$http_upgrade$/,
  connection: /^(?:|upgrade|keep-alive|close|\$[a-z_]+)$/i,
  proxy: /^$/,
};

function takeRequestHeader(http: StatedHttp, name: string, value: string): string | null {
  if (SAID_TO_BACKENDS[name.toLowerCase()]?.test(value)) return 'covered';
  const refusal = requestHeaderRefusal(name);
  if (refusal !== null) return refusal;
  // A variable can't stand in a setting, where a dollar is a dollar.
  if (value.includes('$')) return null;
  return addHeader(http, 'requestHeaders', name, value);
}

function takeResponseHeader(http: StatedHttp, name: string, value: string): string | null {
  if (responseHeaderRefusal(name) !== null || value.includes('$')) return null;
  return addHeader(http, 'responseHeaders', name, value);
}

/** Null for what is no header of a setting: it may go into the snippet. */
function addHeader(
  http: StatedHttp,
  key: 'requestHeaders' | 'responseHeaders',
  name: string,
  value: string,
): string | null {
  const parsed = httpChangeSchema.shape[key].safeParse([...http[key], { name, value }]);
  if (!parsed.success || parsed.data === undefined) return null;
  http[key] = parsed.data;
  return 'taken';
}
