import type { HttpFile } from './foreign-files.ts';
import { PLACE } from './foreign-main.ts';
import type { Site } from './foreign-server.ts';
import { textOf } from './foreign-settings.ts';
import type { Lost } from './foreign-upstream.ts';

/** Statements beside the main server block: other blocks of the same site, and what stands in `http`. */
export function besideOf(
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
