import type { Claim, OperationKind, StepName } from '@fairlead/core';
import type { Operation } from '@fairlead/db';
import type { Secret } from '@fairlead/errors';
import type { Fence } from '@fairlead/remote';
import type { WorkerContext } from '../context.ts';

/** What a step may tell while it works, and how it ends without work. */
export interface StepTools {
  /** Aborted when the operation has to stop; for waits. What must not be torn in the middle ignores it. */
  readonly signal: AbortSignal;
  /** One line from Fairlead itself. */
  note(text: string): void;
  /** Output of what runs on the server. */
  output(stream: 'stdout' | 'stderr', text: string): void;
  /** The share that is done, 0…1, null where it is not known, and what happens now. */
  progress(share: number | null, detail?: string): void;
  /** One line that stays as the step's outcome. */
  outcome(detail: string): void;
  /** The step ends as `skipped`: there was nothing to do. */
  skip(detail: string): void;
}

/** One attempt at one operation: what every handler and action works with. */
export interface Run {
  readonly worker: WorkerContext;
  readonly operation: Operation;
  readonly kind: OperationKind;
  readonly claim: Claim;
  readonly signal: AbortSignal;
  /** Another worker goes on with this operation: stop, and undo nothing. */
  isHandedOver(): boolean;
  /** Shows the steps to come. */
  plan(steps: readonly StepName[]): void;
  /**
   * Does `work` as a named, recorded step. What it throws is recorded with the step and thrown on; nothing is swallowed. A step that an earlier
   * attempt finished is done again: its actions state what should be, and change nothing the second time.
   */
  step<T>(name: StepName, work: (step: StepTools) => Promise<T>): Promise<T>;
  /** A step of putting back what was begun: done also after the operation was told to stop, and never cut off. */
  tidy<T>(name: StepName, work: (step: StepTools) => Promise<T>): Promise<T>;
  /** Proof for the host program that this attempt holds the server. */
  fence(serverId: string): Fence;
  /** These values never reach the operation's log. */
  hide(secrets: Iterable<string | Secret>): void;
  /**
   * From here on a cancellation comes too late: the operation goes on to its end.
   * @throws Stopped where it was told to stop before
   */
  passCancellation(): void;
  /** Gives the servers' leases back before the end: what follows changes no server any more. */
  releaseServers(): Promise<void>;
}

/** What one operation will do, decided from one look at the database. */
export interface Work {
  /** Ids of the servers that will be changed; leased before {@link Work.run}. */
  servers: readonly string[];
  run(run: Run): Promise<void>;
  /** Puts the statuses of what the operation is about in order after a failure or a cancellation; the servers are still held. */
  failed(run: Run, error: unknown): Promise<void>;
}

/** One kind of work. */
export type Handler = (worker: WorkerContext, operation: Operation) => Promise<Work>;
