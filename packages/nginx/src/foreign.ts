import { AppError } from '@fairlead/errors';
import { aroundOf } from './foreign-around.ts';
import { besideOf } from './foreign-beside.ts';
import { type HttpContext, type HttpFile, httpContext, type LoadedFile } from './foreign-files.ts';
import { mainLocation, passOf, readPass } from './foreign-location.ts';
import { sortInherited, sortMain } from './foreign-main.ts';
import { type ForeignBlock, readNames, readSite, type Site } from './foreign-server.ts';
import { emptySorted, type StatedHttp } from './foreign-settings.ts';
import {
  type ForeignServer,
  type ForeignUpstream,
  type Lost,
  readHost,
  readUpstream,
} from './foreign-upstream.ts';
import { blocksNamed, type ConfigNode } from './tree.ts';

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
