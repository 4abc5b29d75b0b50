/**
 * The language between the control plane and the host program (`/usr/lib/fairlead/host`): JSON, one message a line, over one SSH channel.
 *
 * Request:  `{"id":"…","verb":"nginx.apply","fence":{"operationId":"…","token":"7"},"input":{…}}`
 * Answers:  `{"id":"…","event":"progress","share":0.4,"text":"…"}`, `{"id":"…","event":"log","stream":"stdout","text":"…"}` and one last
 *           `{"id":"…","ok":true,"result":{…}}` or `{"id":"…","ok":false,"error":{"code":"…","message":"…","hint":"…","details":{…}}}`.
 *
 * Error codes are those of `@fairlead/errors`. Verbs that change something carry a fence; the host refuses a token older than the newest
 * it has seen for the server (`fenced-off`). Every changing verb is level-triggered: it states what should be, and doing it twice changes nothing.
 */
import { z } from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const slug = z.string().regex(/^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/);
const port = z.int().min(1).max(65535);
const ip = z.union([z.ipv4(), z.ipv6()]);
const commit = z.string().regex(/^[0-9a-f]{40}$/);
const releaseId = z.uuid();
const colour = z.enum(['blue', 'green']);
const runtime = z.enum(['node', 'php', 'python', 'static', 'docker']);
const engine = z.enum(['postgresql', 'mariadb']);
/** Who keeps an app's data on its primary. */
const keeper = z.enum(['postgresql', 'mariadb', 'redis']);
/** Characters of Base64: what the host program takes of a manifest, which is 12 MiB. */
const maxManifestLength = 16 << 20;

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

const fileKind = z.enum(['front', 'backend', 'grpc', 'stream']);
const purpose = z.enum(['backend', 'database', 'redis', 'stream']);

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

const logCursor = z.object({ inode: z.int().min(0), offset: z.int().min(0) });
const canarySide = z.object({
  requests: z.int(),
  /** Of them those that a server answered with 5xx, or did not answer. */
  errors: z.int(),
  times: z.record(z.string(), z.int()),
});

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

const processOf = {
  name: slug,
  command: z.string().min(1).max(4096),
  /** Of each instance, or of a run. */
  memoryMib: z.int().min(16).nullable(),
  stopTimeoutSeconds: z.int().min(1).max(600),
};
const hostProcess = z.discriminatedUnion('kind', [
  z.object({ ...processOf, kind: z.literal('worker'), count: z.int().min(0).max(64) }),
  z.object({
    ...processOf,
    kind: z.literal('cron'),
    /** Values of `OnCalendar=`. */
    calendars: z.array(z.string().max(700)).min(1).max(2),
    timeLimitSeconds: z.int().min(1).max(86_400),
  }),
]);
const seenMemory = { memoryBytes: z.int().nullable(), memoryMaxBytes: z.int().nullable() };
const seenProcess = z.discriminatedUnion('kind', [
  z.object({
    name: slug,
    kind: z.literal('worker'),
    instances: z.array(
      z.object({
        index: z.int(),
        state: z.enum(['running', 'starting', 'restarting', 'stopping', 'stopped', 'failed']),
        restarts: z.int(),
        ...seenMemory,
        since: z.int().nullable(),
        releaseId: releaseId.nullable(),
        exitCode: z.int().nullable(),
      }),
    ),
  }),
  z.object({
    name: slug,
    kind: z.literal('cron'),
    /** Its timer runs. */
    scheduled: z.boolean(),
    next: z.int().nullable(),
    running: z.boolean(),
    ...seenMemory,
    lastRun: z
      .object({
        startedAt: z.int(),
        endedAt: z.int(),
        result: z.string(),
        exitCode: z.int().nullable(),
      })
      .nullable(),
  }),
]);

/** Input and result of every verb. `fenced` verbs change the server. */
export const hostVerbs = {
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

  /** The app's own unprivileged user, its directories, its slice and unit template. */
  'app.ensure': {
    fenced: true,
    input: z.object({
      app: slug,
      runtime,
      /** Of everything that a colour runs, from its next start on; left out: none. */
      limits: z
        .object({
          memoryMib: z.int().min(16).nullable(),
          cpuPercent: z.int().min(5).nullable(),
          tasks: z.int().min(8).nullable(),
        })
        .optional(),
    }),
    result: z.object({ user: z.string(), changed: z.boolean() }),
  },
  /** The whole environment file (0600). Values never come back. */
  'app.env': {
    fenced: true,
    input: z.object({
      app: slug,
      env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(65_536)),
      /** Certificates (PEM) of `/srv/fairlead/<app>/database-authority.pem`, which variables name; null or absent: no such file. */
      databaseAuthority: z.string().max(200_000).nullish(),
    }),
    result: z.object({ sha256, changed: z.boolean() }),
  },
  /** Everything of one app on this server away: units, user, directories, env, runtime sockets. Nginx files, rules and grants have their own verbs. */
  'app.remove': {
    fenced: true,
    input: z.object({ app: slug }),
    result: z.object({ removed: z.array(z.string()) }),
  },

  /**
   * Fetch by commit id into the bare mirror and build as the app's user under systemd limits, in unit `fairlead-op-…`: a second call with the
   * same releaseId re-attaches to the running unit or answers the finished result. Logs stream as `log` events.
   * Errors: repository-unreachable, commit-not-found, build-failed (details.exitCode, details.command), disk-full.
   */
  'release.build': {
    fenced: true,
    input: z.object({
      app: slug,
      releaseId,
      runtime,
      repositoryUrl: z.string().max(2048),
      branch: z.string().max(255),
      commit,
      installCommand: z.string().max(4096).nullable(),
      buildCommand: z.string().max(4096).nullable(),
      timeoutSeconds: z.int().min(10).max(7200),
      /** The folder of the repository that becomes the release; left out: all of it. */
      rootDirectory: z.string().max(200).optional(),
      /** Whether the repositories of `.gitmodules` are fetched too, each into its folder. */
      submodules: z.boolean().optional(),
      /** Whether what the repository keeps by Git LFS is fetched. */
      lfs: z.boolean().optional(),
      /** Folders of the release that lead to `shared/<folder>`, which outlives releases; left out: none. */
      sharedFolders: z.array(z.string().max(200)).max(20).optional(),
      /** Of Node.js or Python, e.g. `22` or `>=3.11`; left out: whichever the server has. */
      runtimeVersion: z.string().max(20).optional(),
      /** What the image of an app of `docker` is made by: a Dockerfile, or a compose file with the service that answers requests (left out: the only one that is built). */
      container: z.object({ file: z.string().max(200), service: z.string().max(100).optional() }).optional(),
      /** SHA-256 of the manifest that `artifact.compare` left: the release is put together from it, what was sent and earlier releases, and no command is run. */
      artifact: sha256.optional(),
      /** What opens the repository: on no disk of the server, and gone before the first command runs. */
      access: z
        .discriminatedUnion('type', [
          z.object({ type: z.literal('token'), username: z.string().max(100), token: z.string().max(1000) }),
          z.object({
            type: z.literal('key'),
            privateKey: z.string().max(10_000),
            hostKey: z.string().max(2000),
          }),
        ])
        .optional(),
    }),
    result: z.object({ commit, path: z.string(), reused: z.boolean(), durationMs: z.number() }),
  },
  /** What a finished build is made of; null where it was made by an older host program, or has more than 200,000 entries. `manifest` is the host program’s own, in Base64. */
  'artifact.describe': {
    fenced: false,
    input: z.object({ app: slug, releaseId }),
    result: z.object({
      artifact: z.object({ digest: sha256, files: z.int(), bytes: z.int(), manifest: z.string() }).nullable(),
    }),
  },
  /** Keeps the manifest of a build that is to come here; answers the files, by their places in it, that no earlier release has. `present`: it is built here already. */
  'artifact.compare': {
    fenced: true,
    input: z.object({ app: slug, releaseId, manifest: z.string().max(maxManifestLength) }),
    result: z.object({ present: z.boolean(), places: z.array(z.int()) }),
  },
  /** Packs files of a build, to be read under `name`. Errors: conflict where a file has changed since the build. */
  'artifact.pack': {
    fenced: false,
    input: z.object({ app: slug, releaseId, digest: sha256, places: z.array(z.int()) }),
    result: z.object({ name: z.string(), bytes: z.int() }),
  },
  /** Up to 4 MiB of a pack, in Base64. */
  'artifact.read': {
    fenced: false,
    input: z.object({ app: slug, releaseId, name: z.string().max(64), offset: z.int().min(0) }),
    result: z.object({ data: z.string() }),
  },
  /** A piece of a pack for a build that is to come here; `bytes` are there now. */
  'artifact.write': {
    fenced: true,
    input: z.object({ app: slug, releaseId, offset: z.int().min(0), data: z.string() }),
    result: z.object({ bytes: z.int() }),
  },
  /** Takes away what was packed of a build. */
  'artifact.drop': {
    fenced: false,
    input: z.object({ app: slug, releaseId }),
    result: z.object({ removed: z.int() }),
  },
  /**
   * The release's own command, as the app's user in the release's directory with the app's environment, in unit `fairlead-command-<app>`: a second call with the
   * same `runId` and command re-attaches, or answers `ran: false` where it went well before. Logs stream as `log` events.
   * Errors: command-failed (details.exitCode), conflict while that of another run goes on.
   */
  'release.command': {
    fenced: true,
    input: z.object({
      app: slug,
      releaseId,
      runId: z.uuid(),
      command: z.string().min(1).max(4096),
      timeoutSeconds: z.int().min(10).max(7200),
    }),
    result: z.object({ ran: z.boolean(), durationMs: z.number() }),
  },
  /** The `fairlead.yml` of a commit: its text, null where there is none; `known` false where the app's mirror here does not have the commit, as it was built elsewhere. Errors: invalid-input for one over 64 KiB. */
  'release.declaration': {
    fenced: false,
    /** `folder`: its own file is read where there is one, else the root's. */
    input: z.object({ app: slug, commit, folder: z.string().max(200).optional() }),
    result: z.object({
      known: z.boolean(),
      text: z.string().max(70_000).nullable(),
      file: z.string().max(300).optional(),
    }),
  },
  /**
   * node, python, docker: start `fairlead-<app>@<colour>` from the release on 127.0.0.1:<port>, wait until `healthPath` answers healthy on it.
   * docker without a start command runs the image's own. php, static: nothing to start; probes nothing. Errors: start-failed, never-healthy (details.lastAnswer, details.log).
   */
  'release.start': {
    fenced: true,
    input: z.object({
      app: slug,
      releaseId,
      runtime,
      colour,
      port,
      startCommand: z.string().max(4096).nullable(),
      /** docker: where the app listens in its container, which is led to from 127.0.0.1:<port>; left out: 8080. */
      containerPort: port.optional(),
      healthPath: z.string().max(2048),
      timeoutMs: z.int().min(1000).max(600_000),
      /** For who does not know what runs there: a colour that runs something else is left alone, and `occupied`. */
      onlyIfIdle: z.boolean().optional(),
    }),
    result: z.object({
      started: z.boolean(),
      healthyAfterMs: z.number(),
      occupied: z.boolean().optional(),
    }),
  },
  /** Switch `current` to the release (atomic symlink). For node and python the caller then applies the backend's Nginx file with the new port. */
  'release.activate': {
    fenced: true,
    input: z.object({ app: slug, releaseId }),
    result: z.object({ previous: releaseId.nullable(), changed: z.boolean() }),
  },
  /** Stop a colour (SIGTERM, a limit, SIGKILL). */
  'release.stop': {
    fenced: true,
    input: z.object({ app: slug, colour, timeoutMs: z.int().min(0).max(600_000) }),
    result: z.object({ stopped: z.boolean() }),
  },
  'release.prune': {
    fenced: true,
    input: z.object({ app: slug, keep: z.int().min(1).max(50), keepIds: z.array(releaseId) }),
    result: z.object({ removed: z.int() }),
  },
  /** What runs now, from systemd and the symlink. */
  'release.observe': {
    fenced: false,
    input: z.object({ app: slug }),
    result: z.object({
      current: releaseId.nullable(),
      releases: z.array(releaseId),
      colours: z.array(
        z.object({ colour, active: z.boolean(), releaseId: releaseId.nullable(), port: port.nullable() }),
      ),
      /** The unit that serves: how often systemd started it again, and its memory; null without one. */
      service: z
        .object({
          restarts: z.int(),
          memoryBytes: z.int().nullable(),
          memoryMaxBytes: z.int().nullable(),
        })
        .nullish(),
    }),
  },

  /**
   * Exactly these workers and cron entries of the app run here, from this release (its build), as units `fairlead-<app>.<name>…`; none: nothing is left. A worker
   * whose unit, command, environment or release changed is stopped (SIGTERM, its limit) and started anew; the call answers once those have run for `settleMs`.
   * Errors: start-failed (details.process, details.log, details.exitCode), conflict where the release is not built here.
   */
  'process.set': {
    fenced: true,
    input: z.object({
      app: slug,
      releaseId: releaseId.nullable(),
      processes: z.array(hostProcess).max(50),
      settleMs: z.int().min(0).max(60_000),
      timeoutMs: z.int().min(1000).max(600_000),
    }),
    result: z.object({
      started: z.array(z.string()),
      stopped: z.array(z.string()),
      processes: z.array(seenProcess),
    }),
  },
  /** What they do now, from systemd alone. Times in milliseconds since the epoch. */
  'process.observe': {
    fenced: false,
    input: z.object({ app: slug }),
    result: z.object({ processes: z.array(seenProcess) }),
  },
  /**
   * One command in a release, as the app's user with its environment, in unit `fairlead-run-<runId>`. A second call with the same `runId` re-attaches or is
   * answered how it ended: it is never started twice. Changes nothing that Fairlead put there, so it waits for nobody. Output streams as `log` events.
   */
  'process.run': {
    fenced: false,
    input: z.object({
      app: slug,
      releaseId,
      runId: z.uuid(),
      command: z.string().min(1).max(4096),
      memoryMib: z.int().min(16).nullable(),
      timeoutSeconds: z.int().min(1).max(86_400),
    }),
    /** `result`: systemd's word, `gone` where the machine was started again under it, `cancelled` where it was ended on request. */
    result: z.object({ result: z.string(), exitCode: z.int().nullable(), durationMs: z.number() }),
  },
  /** Ends a command: SIGTERM, SIGKILL after 30 s. One that has not begun never will. */
  'process.end': {
    fenced: false,
    input: z.object({ app: slug, runId: z.uuid() }),
    result: z.object({ stopped: z.boolean() }),
  },

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
  /** The complete set of rules of one app on this server (ufw where active, else table `inet fairlead`). A guarded port is closed to all but its sources. */
  'firewall.set': {
    fenced: true,
    input: z.object({
      app: slug,
      rules: z.array(z.object({ purpose, port, sources: z.array(ip) })),
    }),
    result: z.object({ added: z.int(), removed: z.int(), firewall: z.enum(['ufw', 'nftables']) }),
  },
} as const satisfies Record<string, { fenced: boolean; input: z.ZodType; result: z.ZodType }>;

export type HostVerb = keyof typeof hostVerbs;
export type HostInput<V extends HostVerb> = z.input<(typeof hostVerbs)[V]['input']>;
export type HostResult<V extends HostVerb> = z.output<(typeof hostVerbs)[V]['result']>;

/** One of the calls of a `sequence`, made by {@link hostCall}. */
export type HostCall = { [V in HostVerb]: { verb: V; input: HostInput<V> } }[Exclude<HostVerb, 'sequence'>];

export function hostCall<V extends HostCall['verb']>(
  verb: V,
  input: HostInput<V>,
): { verb: V; input: HostInput<V> } {
  return { verb, input };
}

/** Their results, in their order. */
export type HostResults<C extends readonly HostCall[]> = { [I in keyof C]: HostResult<C[I]['verb']> };

/** Who asks for a change: the operation, and the fencing token of its lease on this server (decimal string of a bigint). */
export interface Fence {
  operationId: string;
  token: string;
}
