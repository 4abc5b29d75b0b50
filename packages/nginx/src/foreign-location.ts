import { type Around, type Sorted, snippetRefusal, textOf } from './foreign-settings.ts';
import { httpChangeSchema } from './http-settings.ts';
import { type Block, blocksNamed, type ConfigNode, directive, directivesNamed } from './tree.ts';

/** Where a location leads requests to. */
export interface Pass {
  /** Name of an upstream, or host with port. */
  target: string;
  scheme: string;
  /** What stands after the target; empty: the path goes on as it is. */
  uri: string;
}

/** `http://shop/x` in its parts; null for variables, sockets and what is no address. */
export function readPass(argument: string): Pass | null {
  const match = /^(https?):\/\/([^/$\s]+?)(\/[^$\s]*)?$/i.exec(argument);
  if (match === null || /^unix:/i.test(match[2] ?? '')) return null;
  return { scheme: (match[1] ?? '').toLowerCase(), target: match[2] ?? '', uri: match[3] ?? '' };
}

/** The `proxy_pass` of a block itself. */
export function passOf(nodes: readonly ConfigNode[]): string | undefined {
  return directivesNamed(nodes, 'proxy_pass')[0]?.args[0];
}

/** The location that leads visitors to the servers: `/`, or the named one that it falls back to. */
export function mainLocation(site: readonly ConfigNode[]): { location: Block; root: Block | null } | null {
  const locations = blocksNamed(site, 'location');
  const root = locations.find(({ args }) => args.length === 1 && args[0] === '/') ?? null;
  if (root !== null && passOf(root.children) !== undefined) return { location: root, root };
  const tries = directivesNamed(root?.children ?? site, 'try_files')[0]?.args.at(-1) ?? '';
  const fallback = locations.find(({ args }) => tries.startsWith('@') && args[0] === tries);
  return fallback !== undefined && passOf(fallback.children) !== undefined
    ? { location: fallback, root }
    : null;
}

/** Written by Fairlead for all of a site; to leave them out of a block changes no answer. */
const LOGS = /^(?:access_log|error_log|log_not_found|log_subrequest)$/;

/**
 * Takes over a location beside the main one: as a redirect, or into the snippet, with `proxy_pass` to the file's own upstream led to the app's pool.
 * @param upstream name of the file's own upstream, @param pool name of the front's
 */
export function sortLocation(
  sorted: Sorted,
  location: Block,
  around: Around,
  upstream: string,
  pool: string,
): void {
  if (isRedirect(sorted, location)) return;
  const dropped: string[] = [];
  const kept = withoutLogs(ledTo(location, upstream, pool), dropped);
  const text = textOf(kept);
  const why = snippetRefusal(text, around);
  if (why !== null) {
    sorted.lost.push({ text: textOf(location), why });
    return;
  }
  sorted.snippet.push(text);
  for (const line of dropped) sorted.lost.push({ text: line, why: 'Fairlead reads the log that it set up.' });
}

function withoutLogs(node: Block, dropped: string[]): Block {
  const children = node.children.flatMap((child): ConfigNode[] => {
    if (child.kind === 'block') return [withoutLogs(child, dropped)];
    if (child.kind !== 'directive' || !LOGS.test(child.name)) return child.kind === 'comment' ? [] : [child];
    dropped.push(textOf(child));
    return [];
  });
  return { ...node, children };
}

function ledTo(node: Block, upstream: string, pool: string): Block {
  const children = node.children.map((child) => {
    if (child.kind === 'block') return ledTo(child, upstream, pool);
    if (child.kind !== 'directive' || child.name !== 'proxy_pass') return child;
    const pass = readPass(child.args[0] ?? '');
    return pass?.target === upstream ? directive('proxy_pass', `http://${pool}${pass.uri}`) : child;
  });
  return { ...node, children };
}

/** `location = /old { return 301 /new; }` and nothing else. */
function isRedirect({ http }: Sorted, { args, children }: Block): boolean {
  const [sign, from] = args;
  const said = children.filter(({ kind }) => kind !== 'comment');
  const [only] = said;
  if (said.length !== 1 || only?.kind !== 'directive' || only.name !== 'return') return false;
  if (sign !== '=' && sign !== '^~') return false;
  const [status = '', target = ''] = only.args;
  const keepQuery = target.endsWith('$is_args$args');
  const to = keepQuery ? target.slice(0, -'$is_args$args'.length) : target;
  if (to.includes('$')) return false;
  const redirect = { match: sign === '=' ? 'exact' : 'prefix', from, to, status: Number(status), keepQuery };
  const parsed = httpChangeSchema.shape.redirects.safeParse([...http.redirects, redirect]);
  if (!parsed.success || parsed.data === undefined) return false;
  http.redirects = parsed.data;
  return true;
}
