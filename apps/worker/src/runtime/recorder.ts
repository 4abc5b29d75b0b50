import {
  type Claim,
  createLogWriter,
  failStep,
  finishStep,
  type LogWriter,
  type OperationContext,
  planSteps,
  progressStep,
  type StepName,
  startStep,
} from '@fairlead/core';

const progressEveryMs = 250;

/** One step's place in the books. */
export interface StepRecord {
  log(stream: 'stdout' | 'stderr' | 'fairlead', text: string): void;
  progress(share: number | null, detail?: string): void;
  finish(status: 'succeeded' | 'skipped', detail?: string): void;
  fail(thrown: unknown): void;
}

/**
 * Writes an operation's steps behind the work, in order: a step never waits for its own record (a toggle is worth 30 ms, a record 5).
 * The first write that fails is handed to `onLost`, which has to stop the work, and is thrown by {@link Recorder.settle}.
 */
export interface Recorder {
  readonly lines: LogWriter;
  plan(steps: readonly StepName[]): void;
  start(step: StepName): StepRecord;
  /** Resolves when everything recorded so far is stored. */
  settle(): Promise<void>;
}

export function createRecorder(
  ctx: OperationContext,
  claim: Claim,
  onLost: (error: unknown) => void,
): Recorder {
  const lines = createLogWriter(ctx, claim);
  let chain: Promise<unknown> = Promise.resolve();
  let lost: { error: unknown } | undefined;
  const write = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const written = chain.then(async () => {
      if (lost !== undefined) return undefined;
      try {
        return await work();
      } catch (error) {
        lost = { error };
        onLost(error);
        return undefined;
      }
    });
    chain = written;
    return written;
  };

  return {
    lines,
    plan: (steps) => void write(() => planSteps(ctx, claim, steps)),
    start(step) {
      const started = write(async () => {
        // The work's first request leaves before the books take the processor.
        await new Promise((resolve) => setImmediate(resolve));
        return startStep(ctx, claim, step);
      });
      const whenStarted = (act: (stepId: string) => void) =>
        void started.then((row) => {
          if (row !== undefined) act(row.stepId);
        });
      const writeForStep = (work: (stepId: string) => Promise<void>) =>
        void write(async () => {
          const row = await started;
          if (row !== undefined) await work(row.stepId);
        });
      const progress = throttle(progressEveryMs, (share: number | null, detail?: string) =>
        writeForStep((stepId) => progressStep(ctx, claim, stepId, share, detail)),
      );
      return {
        log: (stream, text) => whenStarted((stepId) => lines.append(stream, text, stepId)),
        progress: progress.call,
        finish(status, detail) {
          progress.cancel();
          writeForStep((stepId) => finishStep(ctx, claim, stepId, status, detail));
        },
        fail(thrown) {
          progress.cancel();
          writeForStep((stepId) => failStep(ctx, claim, stepId, thrown));
        },
      };
    },
    async settle() {
      await chain;
      await lines.flush();
      if (lost !== undefined) throw lost.error;
    },
  };
}

/** Calls `act` at most once in `everyMs`, always with the newest arguments. */
function throttle<A extends unknown[]>(everyMs: number, act: (...args: A) => void) {
  let timer: NodeJS.Timeout | undefined;
  let waiting: A | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const run = () => {
    timer = undefined;
    if (waiting === undefined) return;
    const args = waiting;
    waiting = undefined;
    last = performance.now();
    act(...args);
  };
  return {
    call: (...args: A) => {
      waiting = args;
      timer ??= setTimeout(run, Math.max(0, last + everyMs - performance.now()));
    },
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
      waiting = undefined;
    },
  };
}
