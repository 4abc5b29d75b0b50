import { appInput } from '../app/schemas.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { loadFleet } from '../fleet.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { foreignFiles, knownServers } from './given-import.ts';
import { importsOf } from './imports-of.ts';
import { readNginxReading } from './store.ts';
import { type ImportView, viewImport } from './view.ts';

export interface ImportListView {
  /** The balancer, whose Nginx was read. */
  server: { id: string; name: string };
  /** null: it was not read yet. */
  readAt: string | null;
  /** Files with server blocks that Fairlead did not write; those that can be imported first. */
  items: ImportView[];
  /** Files that were not read, with the reason. */
  leftOut: { path: string; why: string }[];
  /** Files that the front took the place of, the newest first. */
  imported: { path: string; serverName: string; importedAt: string }[];
}

/** What the Nginx of an app's balancer serves beside Fairlead's own, as it was read last, and what an import of each file would make. */
export const listImports: UseCase<unknown, ImportListView> = async (ctx, actor, input) => {
  authorize(actor, 'import.list');
  const { appId } = parseInput(appInput, input);
  const db = tenant(ctx, actor);
  const fleet = await loadFleet(db, appId);
  const { loadBalancer } = fleet;
  const balancer = await db.server.findUniqueOrThrow({ where: { id: loadBalancer.balancerServerId } });
  const [reading, servers] = await Promise.all([
    readNginxReading(db, ctx.cipher, balancer),
    knownServers(db),
  ]);
  const hashes = new Map(reading?.files.map(({ path, sha256 }) => [path, sha256]));
  const imports = importsOf(loadBalancer);
  const isGone = (path: string) =>
    imports.some(
      (entry) =>
        entry.path === path &&
        entry.serverId === balancer.id &&
        reading !== null &&
        Date.parse(entry.importedAt) >= reading.readAt.getTime(),
    );
  const name = (id: string) => servers.find((server) => server.id === id)?.name ?? 'a server that is gone';
  return {
    server: { id: balancer.id, name: balancer.name },
    readAt: reading?.readAt.toISOString() ?? null,
    items: foreignFiles(reading?.files ?? [], fleet)
      .filter(({ path }) => !isGone(path))
      .sort((one, other) => Number(one.refusal !== null) - Number(other.refusal !== null))
      .map((file) => viewImport(fleet, file, hashes.get(file.path) ?? '', servers)),
    leftOut: reading?.leftOut ?? [],
    imported: imports
      .toReversed()
      .map(({ path, serverId, importedAt }) => ({ path, serverName: name(serverId), importedAt })),
  };
};
