import { buildOf } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { hostCall } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import type { BuiltRollout, Rollout } from './backend-rollout.ts';
import { type Built, buildHere, buildInput, buildOptions, buildRelease, openBuild } from './build-release.ts';
import { BuildSource, SourceFailure, sendPack } from './build-source.ts';
import type { EarlyStart } from './early-start.ts';
import { placeCalls } from './environment.ts';

/**
 * The builds of some releases: those that build do, and then send what they built to the others, which need no access to the repository, no compiler and no
 * package registry, and get the very same files. Each is made once, however often it is asked for.
 */
export class Builds {
  readonly #run: Run;
  readonly #fleet: Fleet;
  readonly #early: EarlyStart | null;
  readonly #made = new Map<string, Promise<Built>>();
  readonly #sources = new Map<string, BuildSource>();

  constructor(run: Run, fleet: Fleet, early: EarlyStart | null = null) {
    this.#run = run;
    this.#fleet = fleet;
    this.#early = early;
  }

  /** Has the backend's server hold the release. One whose builder failed builds for itself. */
  async make(rollout: Rollout): Promise<BuiltRollout> {
    const { backend, builder } = rollout;
    const made = this.#made.get(backend.id) ?? this.#make(rollout, builder);
    this.#made.set(backend.id, made);
    return { ...rollout, ...(await made) };
  }

  /** Takes away what was only on its way. */
  async tidy(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.drop()));
  }

  async #make(rollout: Rollout, builder: Backend | null): Promise<Built> {
    if (builder === null) return buildRelease(this.#run, this.#fleet, rollout, this.#early);
    await this.#made.get(builder.id)?.catch(() => undefined);
    const id = buildOf(rollout.release);
    const source = this.#sources.get(id) ?? new BuildSource(this.#run, this.#fleet, builder, id);
    this.#sources.set(id, source);
    return shipBuild(this.#run, this.#fleet, rollout, source);
  }
}

/** All of them, or none goes on: what fails to build is not sent anywhere. */
export async function buildReleases(
  run: Run,
  fleet: Fleet,
  rollouts: readonly Rollout[],
  early: EarlyStart | null,
): Promise<BuiltRollout[]> {
  const builds = new Builds(run, fleet, early);
  try {
    await inParallel(
      rollouts.filter(({ builder }) => builder === null),
      (rollout) => builds.make(rollout),
    );
    return await inParallel(rollouts, (rollout) => builds.make(rollout));
  } finally {
    await builds.tidy();
  }
}

/** Brings what another server built; where it can't be had from there, the backend builds for itself. */
async function shipBuild(run: Run, fleet: Fleet, rollout: Rollout, source: BuildSource): Promise<Built> {
  const { backend, release } = rollout;
  const server = serverOf(fleet, backend.serverId);
  const title = `Bring ${release.commit.slice(0, 7)} to ${server.name}`;
  return run.step({ key: `build:${backend.id}`, title, serverId: server.id }, async (step) => {
    await openBuild(run, release);
    try {
      return await bring(run, step, fleet, { backend, release }, source);
    } catch (error) {
      const isLost =
        error instanceof SourceFailure || (error instanceof AppError && error.code === 'conflict');
      if (!isLost || step.signal.aborted) throw error;
      step.note(`${error.message} It is built here.`);
      return buildHere(run, step, fleet, rollout);
    }
  });
}

async function bring(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  { backend, release }: Pick<Rollout, 'backend' | 'release'>,
  source: BuildSource,
): Promise<Built> {
  const { slug: app } = fleet.app;
  const build = { app, releaseId: buildOf(release) };
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const options = buildOptions(run, step, backend);
  const [artifact, place] = await Promise.all([source.artifact(), placeCalls(run, step, fleet, backend)]);
  const { manifest, digest } = artifact;
  const [, env, { present, places }, { colours }] = await client.sequence(
    [
      ...place.calls,
      hostCall('artifact.compare', { ...build, manifest }),
      hostCall('release.observe', { app }),
    ],
    options,
  );
  place.told(env);
  const built = { colours, declaration: null, start: null };
  if (present) {
    step.outcome('Brought before.');
    return built;
  }
  const from = source.server.name;
  const bytes =
    places.length === 0
      ? 0
      : await sendPack(source, artifact, places, {
          write: (piece) => client.call('artifact.write', { ...build, ...piece }, options),
          progress: (share, all) => step.progress(share, `${megabytes(all)} from ${from}`),
          signal: step.signal,
        });
  await client.call('release.build', { ...buildInput(fleet, release), artifact: digest }, options);
  step.outcome(
    `${artifact.files} files from ${from}, ${places.length === artifact.files ? 'all' : places.length} of them sent: ${megabytes(bytes)}.`,
  );
  return built;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
