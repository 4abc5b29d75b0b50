import { buildOf, hasProcess } from '@fairlead/core';
import type { HostInput, HostResult } from '@fairlead/remote';
import { type Fleet, serverOf } from '../fleet.ts';
import { factsOf } from '../hosts/needs.ts';
import type { Run } from '../runtime/run.ts';
import { applyBackendFile } from './backend-file.ts';
import { isSwitched, type Rollout } from './backend-rollout.ts';
import { otherColour, retireColour, startInput } from './start-release.ts';

type Answer = Promise<HostResult<'release.start'>>;

/**
 * The start of an app's only backend, to which its build's call goes on: a round trip less (ADR 29). Until the roll-out takes it over, it is the deployment's to take
 * back. Not where anything comes between the two: a release command, or backends that are sent the build, which a process that runs may write to.
 */
export class EarlyStart {
  readonly #run: Run;
  readonly #isOnly: boolean;
  #begun: { fleet: Fleet; rollout: Rollout } | null = null;
  #answer: Promise<unknown> = Promise.resolve();

  constructor(run: Run, isOnly: boolean) {
    this.#run = run;
    this.#isOnly = isOnly;
  }

  /** What the build's call may go on to; null: to nothing. */
  offer(fleet: Fleet, rollout: Rollout): HostInput<'release.start'> | null {
    const { app } = fleet;
    const { backend, release, builder, isUnchanged } = rollout;
    if (!this.#isOnly || builder !== null || !hasProcess(app.runtime) || app.releaseCommand !== null)
      return null;
    // An earlier attempt has switched to it already, or nothing is to be started.
    if (isUnchanged || isSwitched(rollout)) return null;
    // A host program that was not replaced since.
    if (factsOf(serverOf(fleet, backend.serverId))?.idleStarts !== true) return null;
    this.#begun = { fleet, rollout };
    return { ...startInput(fleet, buildOf(release), otherColour(backend.colour)), onlyIfIdle: true };
  }

  /** How whoever goes on takes the process over. */
  handOver(answer: Answer): () => Answer {
    this.#answer = answer;
    return () => {
      this.#begun = null;
      return answer;
    };
  }

  /** Nothing runs of what nobody took over. Where it can't be reached now, the next deployment meets it. */
  async takeBack(): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun === null || this.#run.isHandedOver()) return;
    const { fleet, rollout } = begun;
    const { backend } = rollout;
    try {
      // It may not be stopped while it is being started.
      await this.#answer.catch(() => undefined);
      // An earlier attempt that was cut off may have led visitors to it.
      if (backend.colour !== null) await applyBackendFile(this.#run, fleet, backend, backend.colour);
      await retireColour(this.#run, fleet, backend, otherColour(backend.colour), 0);
    } catch (error) {
      this.#run.worker.log.warn({ error, operationId: this.#run.operation.id }, 'a start was not taken back');
    }
  }
}

/** Does `work`, which may begin a start early; what it has not taken over by the time it fails is taken back. */
export async function withEarlyStart<T>(
  run: Run,
  isOnly: boolean,
  work: (early: EarlyStart) => Promise<T>,
): Promise<T> {
  const early = new EarlyStart(run, isOnly);
  try {
    return await work(early);
  } catch (error) {
    await early.takeBack();
    throw error;
  }
}
