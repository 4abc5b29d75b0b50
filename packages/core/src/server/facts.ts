import * as z from 'zod';

/** Connection check as the worker stores it in `Server.checks`. */
export const serverCheckSchema = z.object({
  key: z.enum(['dns', 'tcp', 'host-key', 'authentication', 'sudo', 'system', 'facts']),
  title: z.string(),
  status: z.enum(['pending', 'running', 'passed', 'failed', 'skipped']),
  /** What was found, one line. */
  detail: z.string().nullable(),
  /** What a person can do about a failure. */
  fix: z.string().nullable(),
});
export type ServerCheck = z.infer<typeof serverCheckSchema>;

const engineFacts = z
  .object({ version: z.string(), maxConnections: z.int().nullable(), tls: z.boolean().nullish() })
  .nullable();

/** What the host program answers to `facts`, as stored in `Server.facts`; sizes in bytes. The contract is `packages/remote/src/protocol/facts.ts`. */
export const storedFactsSchema = z.object({
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
  addresses: z.array(
    z.object({ address: z.string(), family: z.enum(['ipv4', 'ipv6']), interface: z.string() }),
  ),
  nginx: z
    .object({
      version: z.string(),
      modules: z.array(z.string()),
      running: z.boolean(),
      ipv6: z.boolean().optional(),
      announcesReloads: z.boolean().optional(),
      readsStreams: z.boolean().optional(),
    })
    .nullable(),
  postgresql: engineFacts,
  mariadb: engineFacts,
  redis: z.string().nullable().optional(),
  node: z.string().nullable(),
  php: z.string().nullable(),
  /** Absent of a host program before there were apps of Python. */
  python: z.string().nullable().optional(),
  /** Podman's version, where a server can run apps of `docker`. */
  docker: z.string().nullable().optional(),
  firewall: z.enum(['ufw', 'nftables']),
});
export type StoredFacts = z.infer<typeof storedFactsSchema>;

/** Facts of a row, or null where there are none yet or an older version wrote them in another shape. */
export function factsOf(value: unknown): StoredFacts | null {
  const result = storedFactsSchema.safeParse(value);
  return result.success ? result.data : null;
}

export function checksOf(value: unknown): ServerCheck[] {
  const result = z.array(serverCheckSchema).safeParse(value);
  return result.success ? result.data : [];
}
