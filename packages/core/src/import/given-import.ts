import type { Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import {
  type ForeignFile,
  type ForeignSettings,
  frontUpstreamName,
  readForeign,
  slugSchema,
} from '@fairlead/nginx';
import type { Context } from '../context.ts';
import type { Transaction } from '../events.ts';
import { domainSchema } from '../fields/address.ts';
import type { Fleet } from '../fleet.ts';
import type { Intent } from '../load-balancer/schemas.ts';
import { readNginxReading } from './store.ts';

/** A server of the organization, by the addresses that it is known by. */
export type KnownServer = Pick<Server, 'id' | 'name' | 'address' | 'ipAddress' | 'privateAddress'>;

/** The file that an import takes over, as it was read. */
export interface GivenImport {
  path: string;
  sha256: string;
  content: string;
  settings: ForeignSettings;
  /** Every server of the organization. */
  servers: KnownServer[];
}

const addressColumns = {
  id: true,
  name: true,
  address: true,
  ipAddress: true,
  privateAddress: true,
} as const;

export function knownServers(tx: Transaction): Promise<KnownServer[]> {
  return tx.server.findMany({ select: addressColumns, orderBy: { id: 'asc' } });
}

/** Every file with server blocks that is not Fairlead's, as the reading has it. */
export function foreignFiles(
  files: Parameters<typeof readForeign>[0],
  { app }: Pick<Fleet, 'app'>,
): ForeignFile[] {
  return readForeign(files, frontUpstreamName(slugSchema.parse(app.slug))).map((file) =>
    file.settings === null ? file : { ...file, settings: withDomains(file.settings) },
  );
}

/** Names that can't be domains of an app, such as `localhost`, are lost. */
function withDomains(settings: ForeignSettings): ForeignSettings {
  const isDomain = (name: string) => domainSchema.safeParse(name).success;
  const lost = settings.names
    .filter((name) => !isDomain(name))
    .map((name) => ({ text: `server_name ${name};`, why: 'It is no domain that visitors can have.' }));
  return { ...settings, names: settings.names.filter(isDomain), lost: [...lost, ...settings.lost] };
}

/**
 * The file that an intent imports; null for an intent that imports none.
 * @throws AppError `conflict` for one that was not read so, or that can't be imported
 */
export async function givenImport(
  tx: Transaction,
  cipher: Context['cipher'],
  fleet: Fleet,
  intent: Intent,
): Promise<GivenImport | null> {
  if (intent.action !== 'import') return null;
  const { loadBalancer, servers } = fleet;
  const balancer = servers.find(({ id }) => id === loadBalancer.balancerServerId);
  const reading = balancer === undefined ? null : await readNginxReading(tx, cipher, balancer);
  const file = reading?.files.find(({ path, sha256 }) => path === intent.path && sha256 === intent.sha256);
  const foreign =
    reading === null || file === undefined
      ? undefined
      : foreignFiles(reading.files, fleet).find(({ path }) => path === intent.path);
  if (file === undefined || foreign === undefined) {
    throw new AppError('conflict', 'The config of the balancer was not read so, or was read anew since.', {
      hint: 'Read it again, and look at the plan again.',
    });
  }
  if (foreign.settings === null) {
    throw new AppError('conflict', `${intent.path} can’t be imported: ${foreign.refusal ?? 'unknown'}`);
  }
  const { path, sha256, content } = file;
  return { path, sha256, content, settings: foreign.settings, servers: await knownServers(tx) };
}
