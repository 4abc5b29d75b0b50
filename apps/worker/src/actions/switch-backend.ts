import { buildOf, type Colour } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { applyBackendFile } from './backend-file.ts';
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
export async function switchBackend(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  release: Release,
  colour: Colour | null,
): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const client = await run.worker.hosts.client(server);
  const activate = () =>
    client.call(
      'release.activate',
      { app: fleet.app.slug, releaseId: buildOf(release) },
      { fence: run.fence(server.id) },
    );
  // Where there is no process, the symlink is the switch and has to be there before Nginx looks.
  if (colour === null) await activate();
  const { configHash, reloaded } = await applyBackendFile(run, fleet, backend, colour);
  if (colour !== null) await activate();
  step.note(reloaded ? 'Nginx leads to the new release' : 'Nginx already led to this release');
  await probeBackend(run, step, fleet, backend, { rise: fleet.app.rolloutRise });
  await inTransaction(run, async (tx) => {
    if (backend.releaseId !== release.id) {
      const replaces = { releaseId: backend.releaseId, colour: backend.colour };
      await tx.release.update({ where: { id: release.id }, data: { replaces } });
    }
    await moveBackend(run, tx, backend.id, 'deploying', {
      colour,
      releaseId: release.id,
      configHash,
      heldBack: null,
    });
    const replaced = await tx.release.findMany({
      where: { backendId: backend.id, status: 'live', id: { not: release.id } },
      select: { id: true },
    });
    for (const { id } of replaced) await moveRelease(run, tx, id, 'superseded');
    await moveRelease(run, tx, release.id, 'live', { finishedAt: run.worker.clock() });
  });
}

/** Puts a backend back to what it served before; the caller stops the colour that failed. Where nothing served before, its file goes. */
export async function switchBack(run: Run, fleet: Fleet, backend: Backend, before: Before): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const client = await run.worker.hosts.client(server);
  const fence = run.fence(server.id);
  const { app, loadBalancer } = fleet;
  const build = await servedBuild(run, before.releaseId);
  if (build === null) {
    const generation = loadBalancer.generation;
    const file = { kind: 'backend' as const, app: app.slug, content: null, generation, listens: [] };
    await client.call('nginx.apply', { files: [file] }, { fence });
    return;
  }
  await client.call('release.activate', { app: app.slug, releaseId: build }, { fence });
  const { configHash } = await applyBackendFile(run, fleet, backend, before.colour);
  await inTransaction(run, (tx) => moveBackend(run, tx, backend.id, 'deploying', { ...before, configHash }));
}
