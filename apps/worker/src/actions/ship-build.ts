import { buildOf } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { buildRelease, buildThere, openBuild } from './build-release.ts';
import { BuildSource, SourceFailure, sendPack } from './build-source.ts';
import type { Rollout } from './roll-out.ts';

/**
 * The builds of some releases: those that build do, and then send what they built to the others, which need no access to the repository, no compiler and no
 * package registry, and get the very same files. Each is made once, however often it is asked for.
 */
export class Builds {
  readonly #run: Run;
  readonly #fleet: Fleet;
  readonly #made = new Map<string, Promise<void>>();
  readonly #sources = new Map<string, BuildSource>();

  constructor(run: Run, fleet: Fleet) {
    this.#run = run;
    this.#fleet = fleet;
  }

  /** Has the backend's server hold the release. One whose builder failed builds for itself. */
  async make(rollout: Rollout): Promise<void> {
    const { backend, builder } = rollout;
    const made = this.#made.get(backend.id) ?? this.#make(rollout, builder);
    this.#made.set(backend.id, made);
    await made;
  }

  /** Takes away what was only on its way. */
  async tidy(): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source.drop()));
  }

  async #make(rollout: Rollout, builder: Backend | null): Promise<void> {
    const { backend, release } = rollout;
    if (builder === null) return buildRelease(this.#run, this.#fleet, backend, release);
    await this.#made.get(builder.id)?.catch(() => undefined);
    const id = buildOf(release);
    const source = this.#sources.get(id) ?? new BuildSource(this.#run, this.#fleet, builder, id);
    this.#sources.set(id, source);
    await shipBuild(this.#run, this.#fleet, rollout, source);
  }
}

/** All of them, or none goes on: what fails to build is not sent anywhere. */
export async function buildReleases(run: Run, fleet: Fleet, rollouts: readonly Rollout[]): Promise<void> {
  const builds = new Builds(run, fleet);
  try {
    await inParallel(
      rollouts.filter(({ builder }) => builder === null),
      (rollout) => builds.make(rollout),
    );
    await inParallel(rollouts, (rollout) => builds.make(rollout));
  } finally {
    await builds.tidy();
  }
}

/** Brings what another server built; where it can't be had from there, the backend builds for itself. */
async function shipBuild(
  run: Run,
  fleet: Fleet,
  { backend, release }: Rollout,
  source: BuildSource,
): Promise<void> {
  const server = serverOf(fleet, backend.serverId);
  const title = `Bring ${release.commit.slice(0, 7)} to ${server.name}`;
  await run.step({ key: `build:${backend.id}`, title, serverId: server.id }, async (step) => {
    await openBuild(run, step, fleet, backend, release);
    try {
      await bring(run, step, fleet, { backend, release }, source);
    } catch (error) {
      const isLost =
        error instanceof SourceFailure || (error instanceof AppError && error.code === 'conflict');
      if (!isLost || step.signal.aborted) throw error;
      step.note(`${error.message} It is built here.`);
      await buildThere(run, step, fleet, backend, release);
    }
  });
}

async function bring(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  { backend, release }: Pick<Rollout, 'backend' | 'release'>,
  source: BuildSource,
): Promise<void> {
  const { serverId } = backend;
  const build = { app: fleet.app.slug, releaseId: buildOf(release) };
  const client = await run.worker.hosts.client(serverOf(fleet, serverId));
  const fence = () => ({ fence: run.fence(serverId), signal: step.signal });
  const artifact = await source.artifact();
  const { present, places } = await client.call(
    'artifact.compare',
    { ...build, manifest: artifact.manifest },
    fence(),
  );
  if (present) {
    step.outcome('Brought before.');
    return;
  }
  const from = source.server.name;
  const bytes =
    places.length === 0
      ? 0
      : await sendPack(source, artifact, places, {
          write: (piece) => client.call('artifact.write', { ...build, ...piece }, fence()),
          progress: (share, all) => step.progress(share, `${megabytes(all)} from ${from}`),
          signal: step.signal,
        });
  await buildThere(run, step, fleet, backend, release, artifact.digest);
  step.outcome(
    `${artifact.files} files from ${from}, ${places.length === artifact.files ? 'all' : places.length} of them sent: ${megabytes(bytes)}.`,
  );
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
