import * as z from 'zod';
import { appPortSchema, domainSchema } from '../fields/address.ts';
import { repositoryUrlSchema } from '../fields/repository-url.ts';
import {
  branchSchema,
  commandSchema,
  containerFileSchema,
  containerPortSchema,
  containerServiceSchema,
  documentRootSchema,
  folderSchema,
  healthPathSchema,
  idempotencyKeySchema,
  idSchema,
  nameSchema,
  runtimeVersionSchema,
} from '../fields/text.ts';
import { misfits } from './misfits.ts';
import { runtimes } from './runtimes.ts';

export const runtimeSchema = z.enum(runtimes);
export const databaseEngineSchema = z.enum(['none', 'postgresql', 'mariadb']);

const domains = z
  .array(domainSchema)
  .max(20)
  .refine((list) => new Set(list).size === list.length, 'A domain is listed twice.');
const healthIntervalMs = z.int().min(1000).max(300_000);
const healthTimeoutMs = z.int().min(100).max(60_000);
/** How long a new process has until it answers healthy. */
const startTimeoutMs = z.int().min(1_000).max(600_000);
const threshold = z.int().min(1).max(20);
/** Whether a deployment ends where its release command fails. */
const releaseCommandFailure = z.enum(['stop', 'go-on']);
/** Of the app's processes on each backend, from the next deployment on; null: none. */
const limits = {
  memoryMib: z.int().min(16).max(4_194_304).nullable(),
  /** 100: one processor. */
  cpuPercent: z.int().min(5).max(100_000).nullable(),
  /** Processes and threads. */
  tasks: z.int().min(8).max(100_000).nullable(),
};
/** Of each release, on each backend for itself: what they hold outlives releases. */
const sharedFolders = z
  .array(folderSchema)
  .max(20)
  .superRefine((folders, ctx) => {
    for (const [index, folder] of folders.entries()) {
      const other = folders
        .slice(0, index)
        .find((one) => `${folder}/`.startsWith(`${one}/`) || `${one}/`.startsWith(`${folder}/`));
      if (other === undefined) continue;
      const message =
        other === folder ? 'It is listed twice.' : `One of ${other} and ${folder} is within the other.`;
      ctx.addIssue({ code: 'custom', path: [index], message });
    }
  });
/** A build is made once and sent to all servers of its kind, or made on each. */
const buildOn = z.enum(['one', 'each']);
const rollout = {
  /** How many backends switch at a time; 0: all. */
  rolloutBatch: z.int().min(0).max(100),
  /** So many enabled backends stay healthy and untouched while others switch. */
  rolloutFloor: z.int().min(0).max(100),
  /** Good looks in a row after a switch. */
  rolloutRise: threshold,
  /** A backend is taken out of the balancing while it switches, and comes back by slow start where that is on. */
  rolloutDrain: z.boolean(),
  /** When one fails: those that have switched go back, or stay. */
  rolloutFailure: z.enum(['put-back', 'stop']),
};

const createAppFields = z.strictObject({
  name: nameSchema,
  repositoryUrl: repositoryUrlSchema,
  branch: branchSchema.default('main'),
  runtime: runtimeSchema,
  installCommand: commandSchema.default(null),
  buildCommand: commandSchema.default(null),
  startCommand: commandSchema.default(null),
  /** Once for each release on the primary, before a backend switches. */
  releaseCommand: commandSchema.default(null),
  releaseCommandFailure: releaseCommandFailure.default('stop'),
  buildOn: buildOn.default('one'),
  documentRoot: documentRootSchema.default(null),
  /** The folder of the repository that is the app; null: all of it. */
  rootDirectory: documentRootSchema.default(null),
  /** Of `docker`, within the folder: a Dockerfile or, by its ending .yml or .yaml, a compose file; null: Dockerfile. */
  containerFile: containerFileSchema.default(null),
  /** The service of a compose file that answers requests; null: the only one that is built. */
  containerService: containerServiceSchema.default(null),
  /** null: 8080. */
  containerPort: containerPortSchema.default(null),
  submodules: z.boolean().default(false),
  lfs: z.boolean().default(false),
  sharedFolders: sharedFolders.default([]),
  /** Of Node.js or Python; null: whichever the server has. */
  runtimeVersion: runtimeVersionSchema.default(null),
  /** null: the first free from 20000 on. */
  port: appPortSchema.nullable().default(null),
  domains: domains.default([]),
  /** null: `/`. */
  healthPath: healthPathSchema.nullable().default(null),
  healthIntervalMs: healthIntervalMs.default(10_000),
  healthTimeoutMs: healthTimeoutMs.default(3_000),
  startTimeoutMs: startTimeoutMs.default(60_000),
  healthRise: threshold.default(1),
  healthFall: threshold.default(2),
  memoryMib: limits.memoryMib.default(null),
  cpuPercent: limits.cpuPercent.default(null),
  tasks: limits.tasks.default(null),
  rolloutBatch: rollout.rolloutBatch.default(1),
  rolloutFloor: rollout.rolloutFloor.default(1),
  rolloutRise: rollout.rolloutRise.default(2),
  rolloutDrain: rollout.rolloutDrain.default(false),
  rolloutFailure: rollout.rolloutFailure.default('put-back'),
  primaryServerId: idSchema,
  databaseEngine: databaseEngineSchema.default('none'),
});

export const createAppInput = createAppFields.superRefine((app, ctx) => {
  for (const { path, message } of misfits(app)) ctx.addIssue({ code: 'custom', path: [path], message });
});
export type CreateAppInput = z.input<typeof createAppInput>;

export const updateAppBody = z.strictObject({
  name: nameSchema.optional(),
  repositoryUrl: repositoryUrlSchema.optional(),
  branch: branchSchema.optional(),
  installCommand: commandSchema.optional(),
  buildCommand: commandSchema.optional(),
  startCommand: commandSchema.optional(),
  releaseCommand: commandSchema.optional(),
  releaseCommandFailure: releaseCommandFailure.optional(),
  documentRoot: documentRootSchema.optional(),
  rootDirectory: documentRootSchema.optional(),
  containerFile: containerFileSchema.optional(),
  containerService: containerServiceSchema.optional(),
  containerPort: containerPortSchema.optional(),
  submodules: z.boolean().optional(),
  lfs: z.boolean().optional(),
  sharedFolders: sharedFolders.optional(),
  buildOn: buildOn.optional(),
  runtimeVersion: runtimeVersionSchema.optional(),
  domains: domains.optional(),
  healthPath: healthPathSchema.optional(),
  healthIntervalMs: healthIntervalMs.optional(),
  healthTimeoutMs: healthTimeoutMs.optional(),
  startTimeoutMs: startTimeoutMs.optional(),
  healthRise: threshold.optional(),
  healthFall: threshold.optional(),
  ...z.object({ ...limits, ...rollout }).partial().shape,
});
export type UpdateAppBody = z.input<typeof updateAppBody>;
export const appInput = z.strictObject({ appId: idSchema });
export const updateAppInput = updateAppBody.extend(appInput.shape);

/** `confirm`: the app's name, typed. */
export const removeAppBody = z.strictObject({ confirm: z.string().max(200) });
export const removeAppInput = removeAppBody.extend({ appId: idSchema, idempotencyKey: idempotencyKeySchema });

export const inspectRepositoryInput = z.strictObject({
  repositoryUrl: repositoryUrlSchema,
  branch: branchSchema.optional(),
  /** The folder to look in; null: the one that `fairlead.yml` names, else all of it. */
  rootDirectory: documentRootSchema.default(null),
});
