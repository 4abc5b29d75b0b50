import { buildOf } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { type HostResult, hostCall } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { backendFiles, noBackendFiles } from './backend-file.ts';
import { type Started, switches } from './backend-rollout.ts';
import { inTransaction, moveBackend, moveRelease } from './move.ts';
import { probeBackend } from './probe-backend.ts';
import { servedBuild } from './release-keys.ts';

/** What a backend served before a switch; enough to switch back. */
export interface Before {
  colour: string | null;
  releaseId: string | null;
}

/**
 * From here on the backend serves the release: its Nginx leads to the colour, `current` names the release, and the balancer finds it healthy.
 * Recorded at once, so that whatever happens next knows which colour serves.
 */
export async function switchBackend(run: Run, step: StepTools, fleet: Fleet, one: Started): Promise<void> {
  const { backend, release, colour } = one;
  const reached = await leadTo(run, fleet, backend, buildOf(release), colour);
  const told =
    reached.announcedMs > 0 ? `, its visitors told within ${Math.round(reached.announcedMs)} ms` : '';
  step.note(reached.reloaded ? `Nginx leads to the new release${told}` : 'Nginx already led to this release');
  await probeBackend(run, step, fleet, backend, { rise: switches(one) ? fleet.app.rolloutRise : 1 });
  await inTransaction(run, async (tx) => {
    if (backend.releaseId !== release.id) {
      const replaces = { releaseId: backend.releaseId, colour: backend.colour };
      await tx.release.update({ where: { id: release.id }, data: { replaces } });
    }
    await moveBackend(run, tx, backend.id, 'deploying', {
      colour,
      releaseId: release.id,
      configHash: reached.configHash,
      heldBack: null,
    });
    const replaced = await tx.release.findMany({
      where: { backendId: backend.id, status: 'live', id: { not: release.id } },
    });
    for (const former of replaced) await moveRelease(run, tx, former, 'superseded');
    await moveRelease(run, tx, release, 'live', { finishedAt: run.worker.clock() });
  });
}

/** Puts a backend back to what it served before; the caller stops the colour that failed. Where nothing served before, its file goes. */
export async function switchBack(run: Run, fleet: Fleet, backend: Backend, before: Before): Promise<void> {
  const build = await servedBuild(run, before.releaseId);
  if (build === null) {
    const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
    const files = noBackendFiles(fleet, backend);
    await client.call('nginx.apply', { files }, { fence: run.fence(backend.serverId) });
    return;
  }
  const { configHash } = await leadTo(run, fleet, backend, build, before.colour);
  await inTransaction(run, (tx) => moveBackend(run, tx, backend.id, 'deploying', { ...before, configHash }));
}

/** The backend's Nginx leads to the colour and `current` names the build, in one round trip. */
async function leadTo(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  releaseId: string,
  colour: string | null,
): Promise<{ configHash: string } & Pick<HostResult<'nginx.apply'>, 'reloaded' | 'announcedMs'>> {
  const { files, configHash, keep } = await backendFiles(run, fleet, backend, colour);
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const fence = run.fence(backend.serverId);
  const apply = hostCall('nginx.apply', { files });
  const activate = hostCall('release.activate', { app: fleet.app.slug, releaseId });
  // Where there is no process, the symlink is the switch and has to be there before Nginx looks.
  const { reloaded, announcedMs } =
    colour === null
      ? (await client.sequence([activate, apply], { fence }))[1]
      : (await client.sequence([apply, activate], { fence }))[0];
  await keep();
  return { configHash, reloaded, announcedMs };
}
