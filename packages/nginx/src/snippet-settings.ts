import * as z from 'zod';
import { requestHeaderRefusal } from './header-settings.ts';
import { lineAt, tokenise } from './lexer.ts';

const MOST_BYTES = 16 * 1024;
/** The file's own words around a snippet begin so. */
export const SNIPPET_MARK = 'Fairlead: snippet';

/** One directive of a snippet, or the head of one of its blocks. */
interface Statement {
  name: string;
  args: string[];
  line: number;
  /** 0: in the server block itself. */
  depth: number;
}

/** What is wrong with a snippet, and in which of its lines. */
export interface SnippetFault {
  line: number;
  message: string;
}

/**
 * The directives of a snippet in their order, or the fault for which it can't be one: what Nginx's lexer does not read, a block or directive without an
 * end, and a `}` that would close the server block around it.
 */
function statementsOf(text: string): Statement[] | SnippetFault {
  const tokens = tokenise(text);
  if (!Array.isArray(tokens)) {
    return {
      line: lineAt(text, tokens.unreadableAt),
      message: 'Nginx can not read this: a quote is not closed, or something follows one.',
    };
  }
  const statements: Statement[] = [];
  const opened: number[] = [];
  let words: string[] = [];
  let line = 1;
  for (const token of tokens) {
    if (token.kind === 'comment') continue;
    if (words.length === 0) line = lineAt(text, token.at);
    if (token.kind === 'word') {
      words.push(token.text);
      continue;
    }
    const [name, ...args] = words;
    words = [];
    if (token.kind === '}') {
      if (name !== undefined) return { line, message: `${name} has no ; at its end.` };
      if (opened.pop() === undefined)
        return { line, message: 'This } closes nothing that the snippet opened.' };
      continue;
    }
    if (name === undefined) return { line, message: `Nothing stands before this ${token.kind}.` };
    statements.push({ name, args, line, depth: opened.length });
    if (token.kind === '{') opened.push(line);
  }
  if (words.length > 0) return { line, message: `${words[0]} has no ; at its end.` };
  const [open] = opened.slice(-1);
  return open === undefined ? statements : { line: open, message: 'This block is not closed.' };
}

/** Directives that are not for snippets, each kind with its reason. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:listen|server|server_name|upstream|http|stream|mail|events|types_hash_.*|http2|http3|quic.*)$/,
    'is Fairlead’s: it says where and for which names this app is served.',
  ],
  [
    /^(?:include|load_module|user|group|pid|daemon|env|master_process|worker_.*|lock_file|thread_pool|debug_.*|pcre_jit)$/,
    'belongs to the server’s main file, or brings in files that Fairlead does not see.',
  ],
  [
    /lua|perl|^js_|^njs|^wasm|^passenger|^modsecurity|^xslt_|^auth_pam|^rds_|^drizzle|^postgres|^echo_exec/,
    'runs programs inside Nginx.',
  ],
  [
    /^(?:root|alias|autoindex|random_index|dav_.*|create_full_put_path|disable_symlinks)$/,
    'would serve or write files of the balancer’s server.',
  ],
  [
    /^ssl(?:_|$)|_ssl_(?:certificate|trusted|crl|password|conf_command|key_log)/,
    'is about certificates and keys, which Fairlead manages.',
  ],
  [
    /^(?:access_log|error_log|log_.*|open_log_file_cache)$/,
    'is Fairlead’s: it reads the log that it set up.',
  ],
  [
    /^(?!proxy_cookie_|userid_).*_(?:file|path|store|store_access|crl|dhparam)$|^(?:client_body_in_file_only|geoip.*|secure_link_secret)$/,
    'reads or writes files of the balancer’s server.',
  ],
  [
    /^(?:fastcgi|uwsgi|scgi|memcached|grpc|redis2?)_pass$/,
    'hands requests to programs that Fairlead does not manage.',
  ],
  [/^(?:stub_status|api|status|hls|mp4|flv|image_filter.*)$/, 'is not for visitors of an app.'],
];

/** In the server block itself these are settings, or Fairlead’s own. */
const SET_BY_FAIRLEAD: Record<string, string> = {
  allow: 'use access',
  deny: 'use access',
  client_max_body_size: 'use maxBodyBytes',
  gzip: 'use gzip',
  gzip_comp_level: 'use gzip',
  gzip_min_length: 'use gzip',
  gzip_proxied: 'use gzip',
  gzip_types: 'use gzip',
  gzip_vary: 'use gzip',
  limit_req: 'use rateLimit',
  limit_req_status: 'use rateLimit',
  proxy_buffering: 'use buffering',
  proxy_connect_timeout: 'use timeouts',
  proxy_read_timeout: 'use timeouts',
  proxy_send_timeout: 'use timeouts',
};
const OWN_IN_SERVER =
  /^(?:server_tokens|request_pool_size|keepalive_.*|proxy_next_upstream.*|proxy_http_version|proxy_redirect|proxy_buffers?|proxy_buffer_size|proxy_busy_buffers_size|proxy_pass)$/;
/** Locations that a front has itself. */
const OWN_LOCATION = /^(?:\/|@upgrade|@closing)$/;

function refusalOf({ name, args, depth }: Statement): string | null {
  const refused = REFUSED.find(([pattern]) => pattern.test(name));
  if (refused !== undefined) return `${name} ${refused[1]}`;
  if (!/^[a-z][a-z0-9_]*$/.test(name)) return `${name.slice(0, 40)} is no directive.`;
  if (depth === 0) {
    const setting = SET_BY_FAIRLEAD[name];
    if (setting !== undefined) return `${name} is a setting of Fairlead: ${setting}.`;
    if (OWN_IN_SERVER.test(name))
      return `${name} is written by Fairlead here; it may stand in a location of the snippet.`;
  }
  if (name === 'location') return locationRefusal(args);
  if (name === 'proxy_pass') return passRefusal(args[0] ?? '');
  if (name === 'proxy_set_header' && depth === 0) return requestHeaderRefusal(args[0] ?? '');
  return null;
}

function locationRefusal(args: readonly string[]): string | null {
  const path = args.at(-1) ?? '';
  // Nginx takes `location =/x` and `location ^~/x` too.
  const bare = path.replace(/^(?:=|\^~)/, '');
  if (OWN_LOCATION.test(bare) && args[0] !== '=')
    return `location ${path} is Fairlead’s own: it leads to the backends.`;
  return /\.well-known\/+(?:fairlead|acme-challenge)/i.test(bare)
    ? `Below ${path} the balancer answers for itself.`
    : null;
}

/** A server by name or address, written out: a variable could be led by a visitor to a socket of the server. */
function passRefusal(target: string): string | null {
  return /^https?:\/\/(?:[A-Za-z0-9_.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?(?:\/|$)/.test(target) &&
    !/^https?:\/\/unix:/i.test(target)
    ? null
    : 'proxy_pass leads to http:// or https:// and a host that is written out, without variables and sockets.';
}

/** What is wrong with a snippet; empty where nothing is that can be seen without Nginx. */
export function snippetFaults(text: string): SnippetFault[] {
  const statements = statementsOf(text);
  if (!Array.isArray(statements)) return [statements];
  return statements.flatMap((statement) => {
    const message = refusalOf(statement);
    return message === null ? [] : [{ line: statement.line, message }];
  });
}

/** The upstream of a front, which an imported location leads to. */
const OWN_POOL = /^http:\/\/fairlead_[a-z0-9_]+(?:\/|$)/;

/** What a reader of the plan should know of a snippet: where it leads requests past the backends, and whom it believes. */
export function snippetWarnings(text: string): string[] {
  const statements = statementsOf(text);
  if (!Array.isArray(statements)) return [];
  return statements.flatMap(({ name, args, line, depth }) => {
    if (name === 'proxy_pass' && OWN_POOL.test(args[0] ?? '')) return [];
    if (name === 'proxy_pass')
      return [`Line ${line} of the snippet leads requests to ${args[0]}, which Fairlead does not manage.`];
    if (name === 'set_real_ip_from') {
      return [
        `Line ${line} of the snippet believes ${args[0]} about who a visitor is: rules by address and the rate limit go by that.`,
      ];
    }
    if (name === 'proxy_set_header' && depth > 0) {
      return [
        `Line ${line} of the snippet sets a field in a block: all that Fairlead sets for backends (Host, X-Forwarded-For, …) does not count there.`,
      ];
    }
    if (name === 'add_header' && depth > 0) {
      return [
        `Line ${line} of the snippet sets a field in a block: the response headers of these settings do not count there.`,
      ];
    }
    return [];
  });
}

/** Lines ended as Nginx ends them, none empty at either end. */
function trimmed(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
}

/** Directives of Nginx for the server block of a front, as somebody wrote them; they come back unchanged. */
export const snippetSchema = z
  .string()
  .overwrite(trimmed)
  .refine((text) => new TextEncoder().encode(text).length <= MOST_BYTES, 'A snippet has 16 kB at most.')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what Nginx can not read
  .refine((text) => !/[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/.test(text), 'A control character is in it.')
  .refine(
    (text) => !text.includes(SNIPPET_MARK),
    `“${SNIPPET_MARK}” is how Fairlead marks where it begins and ends.`,
  )
  .refine(
    (text) => text.split('\n').every((line) => line.length <= 2000),
    'A line has 2000 characters at most: Nginx reads no longer word or remark than 4096 bytes.',
  )
  .check((context) => {
    for (const { line, message } of snippetFaults(context.value).slice(0, 20)) {
      context.issues.push({ code: 'custom', message: `Line ${line}: ${message}`, input: '' });
    }
  });
