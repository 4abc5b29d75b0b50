import { z } from 'zod';
import { ip } from './words.ts';

/** `tls`: it encrypts for those who ask; null or absent: not known. */
const engineFacts = z
  .object({ version: z.string(), maxConnections: z.int().nullable(), tls: z.boolean().nullish() })
  .nullable();

/** What a server is; read, never changed. Sizes in bytes. */
export const serverFactsSchema = z.object({
  hostVersion: z.string(),
  hostname: z.string(),
  os: z.object({ id: z.string(), versionId: z.string(), codename: z.string(), prettyName: z.string() }),
  kernel: z.string(),
  architecture: z.string(),
  cores: z.int(),
  memoryBytes: z.int(),
  diskTotalBytes: z.int(),
  diskFreeBytes: z.int(),
  uptimeSeconds: z.int(),
  addresses: z.array(z.object({ address: ip, family: z.enum(['ipv4', 'ipv6']), interface: z.string() })),
  nginx: z
    .object({
      version: z.string(),
      modules: z.array(z.string()),
      running: z.boolean(),
      /** The kernel has IPv6; absent of an older host program, and then taken for granted. */
      ipv6: z.boolean().optional(),
      /** A reload is announced to the sites that look for it (docs/adr/0004). */
      announcesReloads: z.boolean(),
      /** Its configuration includes apps’ TCP streams; absent of a host program before there were any. */
      readsStreams: z.boolean().optional(),
    })
    .nullable(),
  postgresql: engineFacts,
  mariadb: engineFacts,
  /** The version of Redis; null: not installed; absent of a host program before there was any. */
  redis: z.string().nullable().optional(),
  node: z.string().nullable(),
  php: z.string().nullable(),
  /** The version that makes virtual environments; absent of a host program before there were apps of Python. */
  python: z.string().nullable().optional(),
  /** Podman's, where it runs containers without root; absent of a host program before there were any. */
  docker: z.string().nullable().optional(),
  firewall: z.enum(['ufw', 'nftables']),
  /** The host program knows workers, cron entries and commands; absent of one before there were any. */
  processes: z.boolean().optional(),
  /** It takes several verbs at once; absent of one before it did. */
  sequences: z.boolean().optional(),
  /** Whether it knows `onlyIfIdle`, and calls that are withdrawn. */
  idleStarts: z.boolean().optional(),
  /** Whether it reads the `fairlead.yml` of a folder. */
  folderDeclarations: z.boolean().optional(),
  /** Whether it knows files for calls of gRPC, kind `grpc`. */
  grpcFiles: z.boolean().optional(),
});
export type ServerFacts = z.infer<typeof serverFactsSchema>;
