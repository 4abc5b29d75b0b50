import { z } from 'zod';
import { serverFactsSchema } from './facts.ts';
import { fileKind, ip, keeper, port, purpose, sha256, slug, type Verbs } from './words.ts';

const sides = z.object({ app: slug, expected: z.array(z.string()), actual: z.array(z.string()) });

const drift = z.object({
  /** Files whose bytes are not those that were applied; `content` null: gone, or too long to show. */
  files: z.array(
    z.object({
      app: slug,
      kind: fileKind,
      path: z.string(),
      /** As it was applied. */
      generation: z.int(),
      sha256,
      present: z.boolean(),
      content: z.string().nullable(),
    }),
  ),
  /** Files of certificates that are not as they were put: hash, mode and owner in words; `actual` null: gone. */
  certificates: z
    .array(z.object({ app: slug, path: z.string(), expected: z.string(), actual: z.string().nullable() }))
    .default([]),
  /** Unit files of processes that are not as they were put, with both texts; `actual` null: gone. */
  units: z
    .array(z.object({ app: slug, path: z.string(), expected: z.string(), actual: z.string().nullable() }))
    .default([]),
  /** An app's openings in the firewall, in words, as they were put and as the firewall has them. */
  rules: z.array(sides),
  /** An app's remote database access likewise (pg_hba lines, MariaDB accounts, what a Redis says of itself); null: an engine did not answer. */
  grants: z.array(sides.extend({ engine: keeper })).nullable(),
});

const inventory = z.object({
  nginxFiles: z.array(z.string()),
  firewallRules: z.array(z.object({ app: slug, purpose, port, source: ip })),
  databaseGrants: z.array(
    z.object({ engine: keeper, database: z.string(), user: z.string(), address: z.string() }),
  ),
  users: z.array(z.string()),
  units: z.array(z.string()),
  paths: z.array(z.string()),
});

/** Of a server as a whole. */
export const machineVerbs = {
  /** Answers at once; proves that the resident program is alive. */
  hello: {
    fenced: false,
    input: z.object({}),
    result: z.object({ hostVersion: z.string(), hostname: z.string(), pid: z.int() }),
  },
  facts: { fenced: false, input: z.object({}), result: serverFactsSchema },
  /**
   * Other verbs, one after another, for one round trip; their logs and progress come as this one’s. The first that fails ends it with its own error, of which
   * details.verb names it; what was done before stays.
   */
  sequence: {
    fenced: true,
    input: z.object({
      calls: z
        .array(z.object({ verb: z.string(), input: z.unknown() }))
        .min(1)
        .max(16),
    }),
    result: z.object({ results: z.array(z.unknown()) }),
  },
  /** All that Fairlead put on this server (or for one app): counted by removals, shown on the server's page. */
  inventory: { fenced: false, input: z.object({ app: slug.optional() }), result: inventory },
  /** Where the server differs from what Fairlead put on it, of all apps, with both sides. Reads alone and starts nothing. */
  drift: { fenced: false, input: z.object({}), result: drift },
  /** The complete set of rules of one app on this server (ufw where active, else table `inet fairlead`). A guarded port is closed to all but its sources. */
  'firewall.set': {
    fenced: true,
    input: z.object({
      app: slug,
      rules: z.array(z.object({ purpose, port, sources: z.array(ip) })),
    }),
    result: z.object({ added: z.int(), removed: z.int(), firewall: z.enum(['ufw', 'nftables']) }),
  },
} as const satisfies Verbs;
