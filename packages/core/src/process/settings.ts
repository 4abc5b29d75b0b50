import * as z from 'zod';
import { commandSchema, idSchema } from '../fields/text.ts';
import { CrontabRefusal, parseCrontab } from './crontab.ts';

export const maxProcesses = 50;
export const maxInstances = 64;

export const processKinds = ['worker', 'cron', 'command'] as const;
export type ProcessKind = (typeof processKinds)[number];
/** On every backend, or on one. */
export const processPlaces = ['all', 'one'] as const;

/** What a process is called within its app, and in the names of its units. */
export const processNameSchema = z
  .string()
  .regex(
    /^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/,
    'Use up to 31 lower-case letters, digits and hyphens, a letter first.',
  );

export const processCommandSchema = commandSchema.pipe(z.string('Say what it runs, on one line.'));

const whole = (what: string, least: number, most: number) => {
  const message = `Give ${what} from ${least} to ${most}.`;
  return z.int(message).min(least, message).max(most, message);
};

const memoryMib = whole('whole MiB', 16, 4_194_304).nullable().default(null);
const stopTimeoutSeconds = whole('whole seconds', 1, 600).default(30);
export const commandTimeLimitSchema = whole('whole seconds', 1, 86_400);

/** A crontab expression of five fields. */
export const scheduleSchema = z
  .string()
  .trim()
  .max(200)
  .superRefine((text, ctx) => {
    try {
      parseCrontab(text);
    } catch (error) {
      if (!(error instanceof CrontabRefusal)) throw error;
      ctx.addIssue({ code: 'custom', message: error.message });
    }
  });

export const timeZoneSchema = z
  .string()
  .max(60)
  .refine(isTimeZone, 'Give the name of a time zone, e.g. UTC or Europe/Berlin.');

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The backend of a process that is on one; null: the primary. */
const backendId = idSchema.nullable().default(null);

const worker = {
  kind: z.literal('worker'),
  command: processCommandSchema,
  /** Instances on each backend; 0: none for now. */
  count: whole('a number', 0, maxInstances).default(1),
  place: z.enum(processPlaces).default('all'),
  backendId,
  /** Of each instance; null: none. */
  memoryMib,
  /** How long it has to end after SIGTERM. */
  stopTimeoutSeconds,
};
const cron = {
  kind: z.literal('cron'),
  command: processCommandSchema,
  schedule: scheduleSchema,
  timeZone: timeZoneSchema.default('UTC'),
  place: z.enum(processPlaces).default('one'),
  backendId,
  memoryMib,
  stopTimeoutSeconds,
  /** A run that takes longer is ended. */
  timeLimitSeconds: commandTimeLimitSchema.default(3_600),
};
const command = {
  kind: z.literal('command'),
  command: processCommandSchema,
  memoryMib,
  timeLimitSeconds: commandTimeLimitSchema.default(3_600),
};

/** What an app runs beside its web process, without its name. */
export const processBody = z.discriminatedUnion('kind', [
  z.strictObject(worker),
  z.strictObject(cron),
  z.strictObject(command),
]);
export type ProcessBody = z.input<typeof processBody>;

const named = { name: processNameSchema };
export const processSettingsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...named, ...worker }),
  z.strictObject({ ...named, ...cron }),
  z.strictObject({ ...named, ...command }),
]);
/** A worker, a cron entry, or a command that is run by hand. */
export type ProcessSettings = z.output<typeof processSettingsSchema>;
export type WorkerSettings = Extract<ProcessSettings, { kind: 'worker' }>;
export type CronSettings = Extract<ProcessSettings, { kind: 'cron' }>;
/** What systemd keeps on backends. */
export type PlacedSettings = WorkerSettings | CronSettings;

const { kind: _w, backendId: _wb, ...workerKeys } = worker;
const { kind: _c, backendId: _cb, ...cronKeys } = cron;
const { kind: _m, ...commandKeys } = command;
const byName = <T extends z.ZodType>(schema: T) =>
  z
    .record(processNameSchema, schema)
    .refine((all) => Object.keys(all).length <= maxProcesses, `At most ${maxProcesses}.`);

/** The same as `fairlead.yml` declares them: by name, and placed on all backends or on the primary. */
export const declaredProcesses = {
  workers: byName(z.strictObject(workerKeys)),
  cron: byName(z.strictObject(cronKeys)),
  commands: byName(z.strictObject(commandKeys)),
};
