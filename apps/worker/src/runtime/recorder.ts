import {
  type Claim,
  createLogWriter,
  type LogWriter,
  type OperationContext,
  recordSteps,
  type StepChange,
  type StepName,
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
 * Writes an operation's steps behind the work, in order, and what has gathered meanwhile at once: a step never waits for its own record (a toggle is worth 30 ms, a
 * record 5). The first write that fails is handed to `onLost`, which has to stop the work, and is thrown by {@link Recorder.settle}.
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
  const ids = new Map<string, string>();
  const waiting: StepChange[] = [];
  /** Lines of the log wait for the step that they belong to. */
  let unplaced: { key: string; write: (stepId: string) => void }[] = [];
  let lost: { error: unknown } | undefined;
  let writing: Promise<void> | undefined;

  const store = async (changes: StepChange[]) => {
    try {
      for (const [key, id] of await recordSteps(ctx, claim, changes)) ids.set(key, id);
    } catch (error) {
      lost = { error };
      onLost(error);
    }
    const retried = unplaced;
    unplaced = [];
    for (const { key, write } of retried) withId(key, write);
  };
  const write = async () => {
    // The work's next request leaves before the books take the processor.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0 && lost === undefined) await store(waiting.splice(0));
    writing = undefined;
  };
  const put = (change: StepChange) => {
    waiting.push(change);
    writing ??= write();
  };
  const withId = (key: string, write: (stepId: string) => void) => {
    const id = ids.get(key);
    if (id === undefined) unplaced.push({ key, write });
    else write(id);
  };

  return {
    lines,
    plan: (steps) => put({ type: 'plan', steps }),
    start(step) {
      const { key } = step;
      put({ type: 'start', step, at: ctx.clock() });
      // What a step began may go on after its end, and tell of it: its progress is whole by then.
      let isOver = false;
      const progress = throttle(progressEveryMs, (share: number | null, detail?: string) =>
        put({ type: 'progress', key, share, ...(detail === undefined ? {} : { detail }) }),
      );
      const end = (change: StepChange) => {
        isOver = true;
        progress.cancel();
        put(change);
      };
      return {
        log: (stream, text) => withId(key, (stepId) => lines.append(stream, text, stepId)),
        progress(share, detail) {
          if (!isOver) progress.call(share, detail);
        },
        finish: (status, detail) =>
          end({ type: 'end', key, status, at: ctx.clock(), ...(detail === undefined ? {} : { detail }) }),
        fail: (thrown) => end({ type: 'fail', key, thrown, at: ctx.clock() }),
      };
    },
    async settle() {
      while (writing !== undefined) await writing;
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
