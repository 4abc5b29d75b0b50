import { buildOf, type RepositoryKey, type Runtime, readRepositoryKey } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { inTransaction, moveRelease } from './move.ts';
import { writeEnvironment } from './write-environment.ts';

/** How long installing and building may take on one backend (seconds). */
const buildTimeoutSeconds = 1_800;

/** Environment written and the release built on one backend; what serves there is not touched. */
export async function buildRelease(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  release: Release,
): Promise<void> {
  const { app } = fleet;
  const server = serverOf(fleet, backend.serverId);
  const name = {
    key: `build:${backend.id}`,
    title: `Build ${release.commit.slice(0, 7)} on ${server.name}`,
    serverId: server.id,
  };
  await run.step(name, async (step) => {
    await inTransaction(run, (tx) =>
      moveRelease(run, tx, release.id, 'building', { startedAt: run.worker.clock(), error: undefined }),
    );
    await writeEnvironment(run, step, fleet, backend);
    const key = await readRepositoryKey(run.worker, app.id);
    if (key !== null) run.hide([key.type === 'token' ? key.token : key.privateKey]);
    const client = await run.worker.hosts.client(server);
    const built = await client.call(
      'release.build',
      {
        app: app.slug,
        releaseId: buildOf(release),
        runtime: app.runtime as Runtime,
        repositoryUrl: app.repositoryUrl,
        branch: app.branch,
        commit: release.commit,
        installCommand: app.installCommand,
        buildCommand: app.buildCommand,
        timeoutSeconds: buildTimeoutSeconds,
        ...(app.rootDirectory === null ? {} : { rootDirectory: app.rootDirectory }),
        ...(app.submodules ? { submodules: true } : {}),
        ...(app.lfs ? { lfs: true } : {}),
        ...(app.sharedFolders.length === 0 ? {} : { sharedFolders: app.sharedFolders }),
        ...(app.runtimeVersion === null ? {} : { runtimeVersion: app.runtimeVersion }),
        ...(key === null ? {} : { access: revealed(key) }),
      },
      {
        fence: run.fence(server.id),
        signal: step.signal,
        onLog: (log) => step.output(log.stream, log.text),
        onProgress: ({ share, text }) => step.progress(share ?? null, text),
      },
    );
    step.outcome(built.reused ? 'Built before.' : `Built in ${(built.durationMs / 1000).toFixed(1)} s.`);
  });
}

/** As it travels: over SSH, on the host program's standard input. */
function revealed(key: RepositoryKey) {
  return key.type === 'token'
    ? { type: key.type, username: key.username, token: key.token.reveal() }
    : { type: key.type, privateKey: key.privateKey.reveal(), hostKey: key.hostKey };
}
