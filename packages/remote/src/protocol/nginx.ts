import { z } from 'zod';
import { fileKind, ip, port, sha256, slug, type Verbs } from './words.ts';

const nginxFile = z.object({
  kind: fileKind,
  app: slug,
  /** null takes the file away. */
  content: z.string().max(4_000_000).nullable(),
  generation: z.int().min(0),
  /** Sockets that this file's `listen` lines need; checked against who owns them now. */
  listens: z.array(z.object({ address: z.string(), port })),
  /**
   * What it shows by TLS: `/etc/fairlead/certificates/<app>/<sha256>.pem` and `.key` of a front, `<app>.backend/…` of a backend; put there before the file
   * that names them and taken away with the one that did. Without it there are none. `sha256` is the hash of `chain`. The key is written (0600, root) and
   * never answered.
   */
  certificate: z
    .object({ sha256, chain: z.string().min(1).max(200_000), key: z.string().min(1).max(20_000) })
    .nullish(),
  /** The authority whose certificates a front takes of its backends: `<sha256>.pem` in the same directory. */
  authority: z.object({ sha256, chain: z.string().min(1).max(200_000) }).nullish(),
  /**
   * Of a front alone: all files of the server's own that are out of service because of it, each as it was read. They are kept in
   * `/etc/nginx/fairlead/replaced/<app>/` and come back when the front goes. Absent: those that are stay out.
   */
  replaces: z
    .array(z.object({ path: z.string().max(300), sha256 }))
    .max(50)
    .optional(),
});

const managedFile = z.object({
  kind: fileKind,
  app: slug,
  generation: z.int(),
  sha256,
  /** The file's hash differs from what was last applied: edited by hand. */
  edited: z.boolean(),
  /** What the running Nginx says that it serves; null while it does not answer. */
  serving: z.object({ generation: z.int(), sha256 }).nullable(),
});

const logCursor = z.object({ inode: z.int().min(0), offset: z.int().min(0) });
const canarySide = z.object({
  requests: z.int(),
  /** Of them those that a server answered with 5xx, or did not answer. */
  errors: z.int(),
  times: z.record(z.string(), z.int()),
});

/** Of Nginx: its files, what it serves, and what it says of a canary. */
export const nginxVerbs = {
  /** Test candidate files beside the live ones (unshare + bind mounts); changes nothing. */
  'nginx.test': {
    fenced: false,
    input: z.object({ files: z.array(nginxFile).min(1).max(100) }),
    result: z.object({ changed: z.array(z.string()), output: z.string() }),
  },
  /**
   * The transaction of HOSTS.md over all given files at once: test beside → check listen ports → rename in → one reload → poll the status
   * socket until every file's `generation:sha256` is served → on any failure restore, reload, verify. Equal hashes: no reload.
   * Errors: nginx-test-failed, nginx-foreign-fault (details.file), port-taken (details.port, details.owner), nginx-not-live, disk-full, conflict (a file
   * of `replaces` that is not what was read).
   */
  'nginx.apply': {
    fenced: true,
    input: z.object({ files: z.array(nginxFile).min(1).max(100) }),
    result: z.object({
      files: z.array(
        z.object({
          kind: z.string(),
          app: slug,
          generation: z.int(),
          sha256: sha256.nullable(),
          changed: z.boolean(),
        }),
      ),
      reloaded: z.boolean(),
      /** Files of the server's own by their paths in service: what went out, what came back; and where those are that are kept now. */
      replaced: z
        .object({ out: z.array(z.string()), back: z.array(z.string()), kept: z.array(z.string()) })
        .optional(),
      /** Milliseconds of: test beside the live files; telling who is connected that a reload comes; reload until the new generation answered. */
      testMs: z.number(),
      announcedMs: z.number(),
      liveMs: z.number(),
    }),
  },
  'nginx.observe': {
    fenced: false,
    input: z.object({ app: slug.optional() }),
    result: z.object({
      running: z.boolean(),
      /** Whether all workers that take new requests have the newest config. */
      settled: z.boolean().default(true),
      files: z.array(managedFile),
    }),
  },
  /**
   * Every file below /etc/nginx that Nginx loads, but Fairlead's own: at most 1 MB together, the rest is named in `leftOut`. Reads alone.
   * Errors: nginx-foreign-fault (Nginx itself can't load it), conflict (changed while it was read).
   */
  'nginx.sites': {
    fenced: false,
    input: z.object({}),
    result: z.object({
      files: z.array(z.object({ path: z.string(), sha256, content: z.string() })),
      leftOut: z.array(z.object({ path: z.string(), why: z.string() })),
    }),
  },
  /** Wait until no Nginx worker (old ones above all) holds a connection to the given address and port; answers how many are left at the limit. */
  'nginx.drain': {
    fenced: false,
    input: z.object({ address: ip, port, timeoutMs: z.int().min(0).max(600_000) }),
    result: z.object({ remaining: z.int(), waitedMs: z.number() }),
  },
  /**
   * What the front's log of its canary says since the last look: at most 4 MiB of it at a time, of a log that is emptied at 16 MiB. `canary` and `stable`: whom each
   * side's requests go to (`10.0.0.2:20000`, or the upstream's name, where none of its servers was asked); requests to anybody else do not count. Without a
   * cursor it counts nothing and answers where the log ends now. `times`: by how many answers without an error began within which time, eight buckets to
   * an octave (bucket n from 2^(n/8) ms on). Not fenced: the log is taken away by `nginx.apply` of a front without a canary.
   */
  'canary.read': {
    fenced: false,
    input: z.object({
      app: slug,
      cursor: logCursor.nullable(),
      /** What ended before does not count; by the server's clock, as `nowMs` said it. */
      sinceMs: z.int().min(0),
      canary: z.array(z.string().max(60)).max(1000),
      stable: z.array(z.string().max(60)).max(1000),
    }),
    result: z.object({
      nowMs: z.int(),
      /** null: there is no log yet. */
      cursor: logCursor.nullable(),
      isMore: z.boolean(),
      skippedBytes: z.int(),
      sides: z.object({ canary: canarySide, stable: canarySide }),
    }),
  },
  /**
   * What a certificate authority asks to find at `/.well-known/acme-challenge/<token>` of every front; null takes it away. Not fenced: a file of that
   * name says the same whoever puts it there, and one too many does no harm.
   */
  'acme.challenge': {
    fenced: false,
    input: z.object({
      token: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/),
      content: z
        .string()
        .regex(/^[A-Za-z0-9_.-]{1,400}$/)
        .nullable(),
    }),
    result: z.object({ changed: z.boolean() }),
  },
} as const satisfies Verbs;
