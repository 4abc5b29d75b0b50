import { z } from 'zod';
import { engine, ip, port, slug, type Verbs } from './words.ts';

const databaseName = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
/**
 * Everybody who may sign in to an app's database, the newest first: one, or two while backends go over to another password. Of PostgreSQL they are `user` and
 * `<user>__b`, whose work belongs to `user`; of MariaDB `user` both times, an account of two passwords. `way`: what a connection by the network has to be.
 */
const logins = z
  .array(
    z.object({
      name: z.string().regex(/^[a-z][a-z0-9_]{0,34}$/),
      password: z.string().min(16).max(128),
      way: z.enum(['any', 'tls']),
    }),
  )
  .min(1)
  .max(2);

/** Of what an app keeps: databases and Redis. */
export const dataVerbs = {
  /** Database and owner exist, and exactly these sign in; engine listens locally. Sessions of a name that is not listed any more end. */
  'database.ensure': {
    fenced: true,
    input: z.object({
      engine,
      database: databaseName,
      user: databaseName,
      logins,
    }),
    result: z.object({ changed: z.boolean(), port }),
  },
  /**
   * The complete set of remote addresses that may reach this app's database as one of these: adds what is missing, takes away what is not listed
   * (pg_hba lines, MariaDB accounts). `listenAddress` null with no addresses: back to local only. A widened listen address means a restart of the engine.
   */
  'database.grant': {
    fenced: true,
    input: z.object({
      engine,
      app: slug,
      database: databaseName,
      user: databaseName,
      logins,
      listenAddress: ip.nullable(),
      addresses: z.array(ip),
    }),
    result: z.object({ added: z.array(z.string()), removed: z.array(z.string()), restarted: z.boolean() }),
  },
  /** The app's database, role and grants away. The data is gone: the use-case has asked for the name to be typed. */
  'database.remove': {
    fenced: true,
    input: z.object({
      engine,
      app: slug,
      database: databaseName,
      user: databaseName,
    }),
    result: z.object({ removed: z.boolean() }),
  },
  /**
   * A database that runs elsewhere, asked from here as the app would: name, connection, encryption, account, a query, rights. Nothing there changes. What is
   * wrong is an answer, not an error.
   */
  'database.check': {
    fenced: false,
    input: z.object({
      engine,
      host: z.string().min(1).max(253),
      port,
      database: z.string().min(1).max(64),
      user: z.string().min(1).max(128),
      password: z.string().max(1024),
      /** `require`: encrypt, whoever answers; `verify`: certificate and name, too. */
      tls: z.enum(['off', 'require', 'verify']),
      /** Certificates (PEM) that it is verified by; null: those that the system trusts. */
      authority: z.string().max(200_000).nullable(),
    }),
    result: z.object({
      checks: z.array(
        z.object({
          key: z.enum(['dns', 'tcp', 'tls', 'sign-in', 'query', 'rights']),
          status: z.enum(['passed', 'failed', 'skipped']),
          detail: z.string().nullable(),
          fix: z.string().nullable(),
        }),
      ),
      maxConnections: z.int().nullable(),
      connections: z.int().nullable(),
    }),
  },
  /**
   * The app's own Redis runs, now and after each boot, with these settings and an account that is named after the app. A running one takes them without a
   * restart, but for another port. `addresses`: who is let in from afar, which the firewall does. Errors: port-taken, database-failed.
   */
  'redis.ensure': {
    fenced: true,
    input: z.object({
      app: slug,
      port,
      /** Beside 127.0.0.1. */
      listenAddress: ip.nullable(),
      addresses: z.array(ip),
      memoryMib: z.int().min(16).max(1_048_576),
      policy: z.enum(['noeviction', 'volatile-lru', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu']),
      /** Grows with each new password, which is that of the other of two accounts (core/redis/settings.ts). */
      turn: z.int().min(0).optional(),
      password: z.string().min(16).max(128),
      /** Of the account before, while it may sign in too. */
      formerPassword: z.string().min(16).max(128).nullable().optional(),
    }),
    result: z.object({ changed: z.boolean(), started: z.boolean() }),
  },
  /** What the app's Redis says of itself now. */
  'redis.observe': {
    fenced: false,
    input: z.object({ app: slug }),
    result: z.discriminatedUnion('running', [
      z.object({ running: z.literal(false) }),
      z.object({
        running: z.literal(true),
        version: z.string(),
        usedMemoryBytes: z.int(),
        maxMemoryBytes: z.int(),
        clients: z.int(),
        evictedKeys: z.int(),
        /** Its append-only file took the last write. */
        writesToDisk: z.boolean(),
      }),
    ]),
  },
  /** The app's Redis away, with all that it holds. */
  'redis.remove': {
    fenced: true,
    input: z.object({ app: slug }),
    result: z.object({ removed: z.boolean() }),
  },
} as const satisfies Verbs;
