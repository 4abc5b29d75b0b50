import type { HttpContext } from './foreign-files.ts';
import { type mainLocation, sortLocation } from './foreign-location.ts';
import type { Site } from './foreign-server.ts';
import { type Around, isMovable, type Sorted, sortStatement, textOf } from './foreign-settings.ts';
import type { ConfigNode } from './tree.ts';

/** Directives of `http` that a server block inherits and that a front states itself. */
const INHERITED = /^(?:client_max_body_size|proxy_(?:connect|send|read)_timeout|proxy_buffering)$/;

/** What the block inherits from `http`. */
export function sortInherited(sorted: Sorted, { files }: HttpContext, around: Around): void {
  for (const node of files.flatMap(({ nodes }) => nodes)) {
    if (node.kind === 'directive' && INHERITED.test(node.name)) sortStatement(sorted, node, around, false);
  }
}

/** Where and for which names a site is served: read elsewhere. */
export const PLACE = /^(?:listen|server_name)$/;

/** Sorts the main server block: its statements, its other locations, and what its main location says. */
export function sortMain(
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
