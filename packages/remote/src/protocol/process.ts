import { z } from 'zod';
import { releaseId, slug, type Verbs } from './words.ts';

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

/** Of workers, cron entries and commands. */
export const processVerbs = {
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
} as const satisfies Verbs;
