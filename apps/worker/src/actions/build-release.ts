import { buildOf, type RepositoryKey, type Runtime, readRepositoryKey } from '@fairlead/core';
import type { Backend, Release } from '@fairlead/db';
import { type HostCallOptions, type HostInput, type HostResult, hostCall } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import { factsOf } from '../hosts/needs.ts';
import { together } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { untilHandedOver } from '../runtime/until-handed-over.ts';
import type { Rollout } from './backend-rollout.ts';
import type { EarlyStart } from './early-start.ts';
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
  /** Takes its start over, where the build's call went on to that, and answers what it comes to. */
  start: (() => Promise<HostResult<'release.start'>>) | null;
}

/**
 * Environment written and the release built on one backend, in one round trip; what serves there is not touched. With `early`, the same call may go on to the
 * start.
 */
export async function buildRelease(
  run: Run,
  fleet: Fleet,
  rollout: Rollout,
  early: EarlyStart | null,
): Promise<Built> {
  const { backend, release } = rollout;
  const server = serverOf(fleet, backend.serverId);
  const name = {
    key: `build:${backend.id}`,
    title: `Build ${release.commit.slice(0, 7)} on ${server.name}`,
    serverId: server.id,
  };
  return run.step(name, async (step) => {
    const [built] = await together(
      () => buildHere(run, step, fleet, rollout, early),
      () => openBuild(run, release),
    );
    return built;
  });
}

/** The books say of a build on a backend that it is made, wherever that is. */
export async function openBuild(run: Run, release: Release): Promise<void> {
  await inTransaction(run, (tx) =>
    moveRelease(run, tx, release, 'building', { startedAt: run.worker.clock(), error: undefined }),
  );
}

/** Builds on the backend's own server, whatever was tried before. */
export async function buildHere(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  rollout: Rollout,
  early: EarlyStart | null = null,
): Promise<Built> {
  const { backend, release } = rollout;
  const { app } = fleet;
  const [key, client, place] = await Promise.all([
    readRepositoryKey(run.worker, app.id),
    run.worker.hosts.client(serverOf(fleet, backend.serverId)),
    placeCalls(run, step, fleet, backend),
  ]);
  if (key !== null) run.hide([key.type === 'token' ? key.token : key.privateKey]);
  const knowsFolders = factsOf(serverOf(fleet, backend.serverId))?.folderDeclarations === true;
  const wanted = { ...buildInput(fleet, release), ...(key === null ? {} : { access: revealed(key) }) };
  const calls = [
    ...place.calls,
    hostCall('release.build', wanted),
    hostCall('release.declaration', {
      app: app.slug,
      commit: release.commit,
      ...(app.rootDirectory === null || !knowsFolders ? {} : { folder: app.rootDirectory }),
    }),
    hostCall('release.observe', { app: app.slug }),
  ] as const;
  const options = buildOptions(run, step, backend);
  const start = early?.offer(fleet, rollout) ?? null;
  const [[, env, built, declaration, { colours }], started] =
    start === null
      ? [await client.sequence(calls, options), null]
      : await client.sequenceOnto(calls, hostCall('release.start', start), {
          ...options,
          first: step,
          signal: untilHandedOver(run),
        });
  place.told(env);
  step.outcome(
    built.reused
      ? 'Built before.'
      : `Built in ${(built.durationMs / 1000).toFixed(built.durationMs < 10_000 ? 2 : 1)} s.`,
  );
  return { colours, declaration, start: started && early ? early.handOver(started) : null };
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
