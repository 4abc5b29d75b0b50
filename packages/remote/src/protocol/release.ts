import { z } from 'zod';
import { colour, commit, port, releaseId, runtime, sha256, slug, type Verbs } from './words.ts';

/** Of an app and its releases on a server. */
export const releaseVerbs = {
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
} as const satisfies Verbs;
