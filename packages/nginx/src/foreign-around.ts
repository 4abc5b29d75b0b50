import type { HttpContext, HttpFile } from './foreign-files.ts';
import type { Around } from './foreign-settings.ts';
import { directivesNamed } from './tree.ts';

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

/** What the settings and the snippet take from around the server block, and what of it goes with the file. */
export function aroundOf(file: HttpFile, { files }: HttpContext): Around {
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
