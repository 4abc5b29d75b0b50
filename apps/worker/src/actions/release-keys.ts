import { createHash } from 'node:crypto';
import { buildOf, limitsOf } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { Secret } from '@fairlead/errors';
import { type Fleet, provenState } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';

/** What a release is made of: two with equal ones need one build, and with equal `runKey` one process. */
export interface ReleaseKeys {
  buildKey: string;
  /** The `runKey` of a release that runs the build of this id. */
  runKey(buildId: string): string;
}

/** Hashes without a secret in them: values count by their stored ciphers, so that setting one anew counts as a change. */
export async function releaseKeysOf(
  run: Run,
  fleet: Fleet,
  commit: string,
): Promise<(backend: Backend) => ReleaseKeys> {
  const { app } = fleet;
  const [rows, ofBackends] = await Promise.all([
    run.worker.prisma.environmentVariable.findMany({
      where: { appId: app.id },
      orderBy: { key: 'asc' },
      select: { key: true, valueCipher: true },
    }),
    run.worker.prisma.backendVariable.findMany({
      where: { backend: { appId: app.id } },
      orderBy: { key: 'asc' },
      select: { backendId: true, key: true, valueCipher: true },
    }),
  ]);
  const { environment } = provenState(fleet, { keepRetiring: true });
  return ({ id }) => {
    const generated = environment.find(({ backendId }) => backendId === id)?.generated ?? {};
    const open = Object.entries(generated).filter(([, value]) => !(value instanceof Secret));
    const limits = limitsOf(app);
    const hosted = app.hostedDatabase ?? null;
    const elsewhere = hosted === null ? [] : [hosted.passwordCipher, hosted.authority];
    const own = ofBackends.filter(({ backendId }) => backendId === id);
    const redis = app.redis == null || app.redis.leaving ? [] : [app.redis.passwordCipher];
    const variables = [rows, open, app.databasePasswordCipher, ...elsewhere, ...redis, ...own];
    return {
      buildKey: hash([
        commit,
        app.rootDirectory,
        app.submodules,
        app.lfs,
        app.runtime,
        app.runtimeVersion,
        app.installCommand,
        app.buildCommand,
        // Of an image's build none is told.
        app.runtime === 'docker' ? [] : variables,
        ...containerOf(app),
        ...(app.sharedFolders.length === 0 ? [] : [app.sharedFolders]),
      ]),
      runKey: (buildId) =>
        hash([
          buildId,
          app.startCommand,
          variables,
          ...(limits === null ? [] : [limits]),
          ...(app.containerPort === null ? [] : [{ containerPort: app.containerPort }]),
        ]),
    };
  };
}

/** What an image is made by; nothing where another runtime is, or its usual file. */
function containerOf({ containerFile, containerService }: Fleet['app']): object[] {
  if (containerFile === null) return [];
  return [{ containerFile, containerService }];
}

/** Whether what runs of `served` may go on as `release`: nothing of it differs. */
export function isUnchanged(served: Release | null, release: Release): boolean {
  return served !== null && served.runKey !== null && served.runKey === release.runKey;
}

/** The build on the server that a backend serves now; null where it serves none. */
export async function servedBuild(run: Run, releaseId: string | null): Promise<string | null> {
  if (releaseId === null) return null;
  const release = await run.worker.prisma.release.findUnique({ where: { id: releaseId } });
  return release === null ? releaseId : buildOf(release);
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
