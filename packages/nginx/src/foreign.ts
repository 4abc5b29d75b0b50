import { AppError } from '@fairlead/errors';
import { type HttpContext, type HttpFile, httpContext, type LoadedFile } from './foreign-files.ts';
import { mainLocation, passOf, readPass, sortLocation } from './foreign-location.ts';
import { type ForeignBlock, readNames, readSite, type Site } from './foreign-server.ts';
import {
  type Around,
  emptySorted,
  isMovable,
  type Sorted,
  type StatedHttp,
  sortStatement,
  textOf,
} from './foreign-settings.ts';
import {
  type ForeignServer,
  type ForeignUpstream,
  type Lost,
  readHost,
  readUpstream,
} from './foreign-upstream.ts';
import { blocksNamed, type ConfigNode, directivesNamed } from './tree.ts';

/** What an import of one file would take over. */
export interface ForeignSettings extends Pick<ForeignUpstream, 'method' | 'hashKey' | 'stickyCookie'> {
  /** Names that can be domains of an app, in lower case. */
  names: string[];
  /** The file serves them by TLS. */
  tls: boolean;
  servers: ForeignServer[];
  http: StatedHttp;
  /** Statements for the snippet. */
  snippet: string[];
  /** Statements that say what Fairlead does by itself. */
  covered: string[];
  lost: Lost[];
}

/** One file with server blocks that Fairlead did not write. */
export interface ForeignFile {
  path: string;
  blocks: ForeignBlock[];
  /** Why it can't be imported, and what to do; null: it can. */
  refusal: string | null;
  settings: ForeignSettings | null;
}

/**
 * The files with server blocks among those that Nginx loads, each with what an import of it would make. Pure; hostile text makes no more than a refusal.
 * @param pool name of the app's own upstream, which locations beside `/` are led to
 */
export function readForeign(files: readonly LoadedFile[], pool: string): ForeignFile[] {
  const context = httpContext(files);
  const read = context.files.flatMap((file) => {
    const sites = blocksNamed(file.nodes, 'server').map(readSite);
    return sites.length === 0 ? [] : [readFile(file, sites, context, pool)];
  });
  const refusal =
    'It can’t be read here: it holds another language (a Lua block), or a block that is not closed.';
  return [...read, ...context.unreadable.map((path) => ({ path, blocks: [], refusal, settings: null }))];
}

function readFile(file: HttpFile, sites: Site[], context: HttpContext, pool: string): ForeignFile {
  const blocks = sites.map(({ names, listens, upstream, does }) => ({ names, listens, upstream, does }));
  const main =
    sites.find(({ does, tls }) => does === 'proxies' && tls) ?? sites.find(({ does }) => does === 'proxies');
  const refusal = placeRefusal(file) ?? sitesRefusal(sites, main);
  if (refusal !== null || main === undefined) {
    return { path: file.path, blocks, refusal, settings: null };
  }
  const settings = readSettings(file, sites, main, context, pool);
  const isString = typeof settings === 'string';
  return {
    path: file.path,
    blocks,
    refusal: isString ? settings : null,
    settings: isString ? null : settings,
  };
}

function readSettings(...args: Parameters<typeof settingsOf>): ForeignSettings | string {
  try {
    return settingsOf(...args);
  } catch (error) {
    // Words with control characters, which nobody can write back.
    if (error instanceof AppError) return 'It holds characters that can not be written into a config again.';
    throw error;
  }
}

/** What the host program takes out of service: it lays another directory over the file's own for the test beside the live files. */
const REPLACEABLE = /^\/etc\/nginx\/(?!fairlead\/)(?:(?!\.\.?\/)[^/]{1,100}\/){1,4}(?!\.)[^/]{1,150}$/;

/** Why the file can't be taken out of service as it is included. */
function placeRefusal({ path, by, times }: HttpFile): string | null {
  if (by === 'main')
    return `Its server blocks stand in ${path} with all else. Move those of this app to a file of their own in conf.d, and read again.`;
  if (by === 'name')
    return 'An include names this very file, so Nginx would not start without it. Include it by a pattern (conf.d/*.conf), and read again.';
  if (!REPLACEABLE.test(path))
    return 'Only a file with a plain name in a directory below /etc/nginx, such as conf.d, can go out of service. Move it there, and read again.';
  return times > 1 ? 'Nginx includes it more than once.' : null;
}

/** Why its blocks are not those of one app. */
function sitesRefusal(sites: readonly Site[], main: Site | undefined): string | null {
  if (main === undefined)
    return 'None of its server blocks leads requests to servers by proxy_pass in location /.';
  const listening = sites.find(({ refusal }) => refusal !== null)?.refusal;
  if (listening != null) return listening;
  const own = new Set(main.names);
  const other = sites.find(
    (site) =>
      site !== main &&
      (site.does === 'other' ||
        (site.does === 'proxies' && site.upstream !== main.upstream) ||
        !site.names.every((name) => own.has(name))),
  );
  if (other === undefined) return null;
  const name = other.names[0] ?? 'a site without a name';
  return `It holds another site too: ${name}. Move the server block of each site to a file of its own, and read again.`;
}

function settingsOf(
  file: HttpFile,
  sites: readonly Site[],
  main: Site,
  context: HttpContext,
  pool: string,
): ForeignSettings | string {
  const found = mainLocation(main.nodes);
  const pass = readPass(found === null ? '' : (passOf(found.location.children) ?? ''));
  if (found === null || pass === null)
    return 'Its proxy_pass goes by a variable or a socket, so its servers are not written down.';
  if (pass.uri !== '') {
    return `Its proxy_pass puts ${pass.uri} before the path of each request, which a front does not. Let the app serve that path itself first.`;
  }
  const upstream = upstreamOf(context, pass.target);
  if (upstream === null) return `It leads to ${pass.target}, which is neither an upstream nor a host.`;
  const sharer = upstream.file === file ? sharerOf(context, file, pass.target) : undefined;
  if (sharer !== undefined) {
    return `Its upstream ${pass.target} is used by ${sharer} too. Move the upstream to a file of its own, and read again.`;
  }
  const sorted = emptySorted();
  const around = aroundOf(file, context);
  sortInherited(sorted, context, around);
  sortMain(sorted, main, found, around, pass.target, pool);
  const { hostnames, lost } = readNames(main.names);
  const isOwn = upstream.file === file;
  return {
    names: hostnames,
    tls: main.tls,
    method: upstream.method,
    ...(upstream.hashKey === undefined ? {} : { hashKey: upstream.hashKey }),
    ...(upstream.stickyCookie === undefined ? {} : { stickyCookie: upstream.stickyCookie }),
    servers: upstream.servers,
    http: sorted.http,
    snippet: sorted.snippet,
    covered: [...upstream.covered, ...sorted.covered],
    lost: [
      ...lost,
      ...sites.flatMap((site) => site.lost),
      ...(pass.scheme === 'https'
        ? [{ text: `proxy_pass https://${pass.target};`, why: 'Backends of an app are asked without TLS.' }]
        : []),
      ...upstream.lost,
      ...sorted.lost,
      ...besideOf(file, sites, main, isOwn ? pass.target : '', sorted.http.rateLimit !== undefined),
    ],
  };
}

/** The upstream of that name, or the one host that is named instead. */
function upstreamOf(
  context: HttpContext,
  target: string,
): (ForeignUpstream & { file: HttpFile | null }) | null {
  for (const file of context.files) {
    const block = blocksNamed(file.nodes, 'upstream').find(({ args }) => args[0] === target);
    if (block !== undefined) return { ...readUpstream(block), file };
  }
  if (readHost(target) === null) return null;
  const one = {
    kind: 'block' as const,
    name: 'upstream',
    args: [],
    children: [{ kind: 'directive' as const, name: 'server', args: [target] }],
  };
  return { ...readUpstream(one), file: null };
}

/** Another file that leads requests to an upstream of this one. */
function sharerOf(context: HttpContext, file: HttpFile, target: string): string | undefined {
  return context.files.find((other) => other !== file && other.nodes.some((node) => passesTo(node, target)))
    ?.path;
}

function passesTo(node: ConfigNode, target: string): boolean {
  if (node.kind === 'block') return node.children.some((child) => passesTo(child, target));
  return (
    node.kind === 'directive' &&
    node.name.endsWith('_pass') &&
    (readPass(node.args[0] ?? '')?.target ?? node.args[0]) === target
  );
}

/** Directives of `http` that a server block inherits and that a front states itself. */
const INHERITED = /^(?:client_max_body_size|proxy_(?:connect|send|read)_timeout|proxy_buffering)$/;

function sortInherited(sorted: Sorted, { files }: HttpContext, around: Around): void {
  for (const node of files.flatMap(({ nodes }) => nodes)) {
    if (node.kind === 'directive' && INHERITED.test(node.name)) sortStatement(sorted, node, around, false);
  }
}

/** Where and for which names a site is served: read elsewhere. */
const PLACE = /^(?:listen|server_name)$/;

function sortMain(
  sorted: Sorted,
  { nodes }: Site,
  { location, root }: NonNullable<ReturnType<typeof mainLocation>>,
  around: Around,
  upstream: string,
  pool: string,
): void {
  const own = location.children;
  const inner = root === null || root === location ? own : [...notIn(own, root.children), ...own];
  const overridden = namesSaid(inner);
  for (const node of nodes) {
    if (node === location || node === root) continue;
    if (node.kind === 'directive' && PLACE.test(node.name)) continue;
    if (node.kind === 'block' && node.name === 'location') sortLocation(sorted, node, around, upstream, pool);
    else if (node.kind !== 'directive' || !overridden.has(node.name))
      sortStatement(sorted, node, around, false);
    else if (!inner.some((other) => other.kind === 'directive' && textOf(other) === textOf(node))) {
      sorted.lost.push({
        text: textOf(node),
        why: 'location / has a word of its own about it, and that one is taken over.',
      });
    }
  }
  for (const node of inner) {
    if (node.kind === 'directive' && node.name === 'proxy_pass') continue;
    sortStatement(sorted, node, around, true);
  }
}

/** Directives that a block inherits from the one around it only where it has none of that name itself. */
function namesSaid(nodes: readonly ConfigNode[]): Set<string> {
  const names = nodes.flatMap((node) =>
    node.kind === 'directive' && isMovable(node.name) ? [node.name] : [],
  );
  return new Set(names.flatMap((name) => (name === 'allow' || name === 'deny' ? ['allow', 'deny'] : [name])));
}

function notIn(own: readonly ConfigNode[], others: readonly ConfigNode[]): ConfigNode[] {
  const names = namesSaid(own);
  return others.filter((node) => node.kind !== 'directive' || !names.has(node.name));
}

/** Statements beside the main server block: other blocks of the same site, and what stands in `http`. */
function besideOf(
  file: HttpFile,
  sites: readonly Site[],
  main: Site,
  upstream: string,
  hasRate: boolean,
): Lost[] {
  const own = new Set(main.nodes.filter(({ kind }) => kind !== 'comment').map(textOf));
  const others = sites
    .filter((site) => site !== main && site.does === 'proxies')
    .flatMap(({ nodes }) => nodes)
    .filter((node) => node.kind !== 'comment' && !(node.kind === 'directive' && PLACE.test(node.name)))
    .map(textOf)
    .filter((text) => !own.has(text));
  const why = main.tls
    ? 'It counts without TLS alone; a front does the same with and without.'
    : 'It stands in another server block of the site.';
  const ways = sites.some(({ does }) => does === 'to-https')
    ? [
        {
          text: 'return 301 https://…;',
          why: 'Whether visitors are sent to HTTPS is a setting on the TLS tab, and stays as it is there.',
        },
      ]
    : [];
  const around = file.nodes
    .filter((node) => {
      if (node.kind === 'comment' || node.kind === 'raw') return false;
      // The setting brings a zone of its own.
      if (hasRate && node.name === 'limit_req_zone') return false;
      return node.name !== 'server' && !(node.name === 'upstream' && node.args[0] === upstream);
    })
    .map((node) => ({
      text: textOf(node),
      why: 'It stands beside the server block and goes with the file.',
    }));
  return [...others.map((text) => ({ text, why })), ...ways, ...around];
}

/** Blocks and directives of `http` that make variables and zones, by the place of the name in them. */
const MAKERS: Record<string, (args: readonly string[]) => string[]> = {
  map: (args) => args.slice(1, 2),
  geo: (args) => args.slice(-1),
  split_clients: (args) => args.slice(1, 2),
  limit_req_zone: zonesIn,
  limit_conn_zone: zonesIn,
  proxy_cache_path: zonesIn,
  upstream: ([name = '']) => [`//${name}`],
};

function zonesIn(args: readonly string[]): string[] {
  return args.flatMap((arg) => /^(?:keys_)?zone=([A-Za-z0-9_.-]+):/.exec(arg)?.[1] ?? []);
}

function aroundOf(file: HttpFile, { files }: HttpContext): Around {
  const goesWithFile = new Map<string, string>();
  for (const node of file.nodes) {
    if (node.kind !== 'directive' && node.kind !== 'block') continue;
    for (const name of MAKERS[node.name]?.(node.args) ?? []) {
      if (/^(?:\$|\/\/)?[A-Za-z0-9_.-]+$/.test(name)) goesWithFile.set(name, node.name);
    }
  }
  const zones = files.flatMap(({ nodes }) => directivesNamed(nodes, 'limit_req_zone'));
  const rates = new Map(
    zones.flatMap(({ args }) => {
      const [zone] = zonesIn(args);
      const [, requests, per] =
        args.map((arg) => /^rate=([0-9]{1,6})r\/([sm])$/.exec(arg)).find((match) => match != null) ?? [];
      const isByAddress = /^\$(?:binary_)?remote_addr$/.test(args[0] ?? '');
      if (zone === undefined || requests === undefined || !isByAddress) return [];
      return [
        [
          zone,
          { requests: Number(requests), per: per === 's' ? ('second' as const) : ('minute' as const) },
        ] as const,
      ];
    }),
  );
  return { goesWithFile, rates };
}
