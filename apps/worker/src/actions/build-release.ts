import { buildOf, type RepositoryKey, type Runtime, readRepositoryKey } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type HostCallOptions, type HostInput, type HostResult, hostCall } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { placeCalls } from './environment.ts';
import { inTransaction, moveRelease } from './move.ts';

/** How long installing and building may take on one backend (seconds). */
const buildTimeoutSeconds = 1_800;

/** What a backend's server says once it holds a release. */
export interface Built {
  /** What runs there at that moment. */
  colours: HostResult<'release.observe'>['colours'];
  /** The commit's `fairlead.yml`, as that server knows it; null where it only took over what another built. */
  declaration: HostResult<'release.declaration'> | null;
}

/** Environment written and the release built on one backend, in one round trip; what serves there is not touched. */
export async function buildRelease(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  release: Release,
): Promise<Built> {
  const server = serverOf(fleet, backend.serverId);
  const name = {
    key: `build:${backend.id}`,
    title: `Build ${release.commit.slice(0, 7)} on ${server.name}`,
    serverId: server.id,
  };
  return run.step(name, async (step) => {
    await openBuild(run, release);
    return buildHere(run, step, fleet, backend, release);
  });
}

/** What comes before a build on a backend, wherever it is made. */
export async function openBuild(run: Run, release: Release): Promise<void> {
  await inTransaction(run, (tx) =>
    moveRelease(run, tx, release.id, 'building', { startedAt: run.worker.clock(), error: undefined }),
  );
}

/** Builds on the backend's own server. */
export async function buildHere(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  backend: Backend,
  release: Release,
): Promise<Built> {
  const { app } = fleet;
  const key = await readRepositoryKey(run.worker, app.id);
  if (key !== null) run.hide([key.type === 'token' ? key.token : key.privateKey]);
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const place = await placeCalls(run, step, fleet, backend);
  const wanted = { ...buildInput(fleet, release), ...(key === null ? {} : { access: revealed(key) }) };
  const [, env, built, declaration, { colours }] = await client.sequence(
    [
      ...place.calls,
      hostCall('release.build', wanted),
      hostCall('release.declaration', { app: app.slug, commit: release.commit }),
      hostCall('release.observe', { app: app.slug }),
    ],
    buildOptions(run, step, backend),
  );
  place.told(env);
  step.outcome(built.reused ? 'Built before.' : `Built in ${(built.durationMs / 1000).toFixed(1)} s.`);
  return { colours, declaration };
}

/** What a server needs to know of a build; what opens the repository is not in it. */
export function buildInput({ app }: Fleet, release: Release): HostInput<'release.build'> {
  return {
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
  };
}

/** Whose right a build is, and where its words go. */
export function buildOptions(run: Run, step: StepTools, { serverId }: Backend): HostCallOptions {
  return {
    fence: run.fence(serverId),
    signal: step.signal,
    onLog: (log) => step.output(log.stream, log.text),
    onProgress: ({ share, text }) => step.progress(share ?? null, text),
  };
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
