import { buildOf, type RepositoryKey, type Runtime, readRepositoryKey } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
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
  const server = serverOf(fleet, backend.serverId);
  const name = {
    key: `build:${backend.id}`,
    title: `Build ${release.commit.slice(0, 7)} on ${server.name}`,
    serverId: server.id,
  };
  await run.step(name, async (step) => {
    await openBuild(run, step, fleet, backend, release);
    await buildThere(run, step, fleet, backend, release);
  });
}

/** What comes before a build on a backend, wherever it is made. */
export async function openBuild(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  release: Release,
): Promise<void> {
  await inTransaction(run, (tx) =>
    moveRelease(run, tx, release.id, 'building', { startedAt: run.worker.clock(), error: undefined }),
  );
  await writeEnvironment(run, step, fleet, backend);
}

/** Builds on the backend's server, or, with an artifact's digest, puts together there what another built. */
export async function buildThere(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  release: Release,
  artifact?: string,
): Promise<void> {
  const { app } = fleet;
  const server = serverOf(fleet, backend.serverId);
  const key = artifact === undefined ? await readRepositoryKey(run.worker, app.id) : null;
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
      ...(app.runtime === 'docker' ? { container: containerOf(app) } : {}),
      ...(key === null ? {} : { access: revealed(key) }),
      ...(artifact === undefined ? {} : { artifact }),
    },
    {
      fence: run.fence(server.id),
      signal: step.signal,
      onLog: (log) => step.output(log.stream, log.text),
      onProgress: ({ share, text }) => step.progress(share ?? null, text),
    },
  );
  step.outcome(built.reused ? 'Built before.' : `Built in ${(built.durationMs / 1000).toFixed(1)} s.`);
}

/** What an image is made by. */
const containerOf = ({ containerFile, containerService }: Fleet['app']) => ({
  file: containerFile ?? 'Dockerfile',
  ...(containerService === null ? {} : { service: containerService }),
});

/** As it travels: over SSH, on the host program's standard input. */
function revealed(key: RepositoryKey) {
  return key.type === 'token'
    ? { type: key.type, username: key.username, token: key.token.reveal() }
    : { type: key.type, privateKey: key.privateKey.reveal(), hostKey: key.hostKey };
}
