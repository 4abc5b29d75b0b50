import type { StepName } from '@fairlead/core';
import type { Recorder } from './recorder.ts';
import type { StepTools } from './run.ts';
import { Stopped } from './stop-reason.ts';

/** Runs one step between two lines of the books. `checkpoint` throws when the operation has to stop before it begins. */
export async function runStep<T>(
  recorder: Recorder,
  signal: AbortSignal,
  checkpoint: () => void,
  name: StepName,
  work: (step: StepTools) => Promise<T>,
): Promise<T> {
  checkpoint();
  const record = recorder.start(name);
  let outcome: { status: 'succeeded' | 'skipped'; detail?: string } = { status: 'succeeded' };
  const tools: StepTools = {
    signal,
    note: (text) => record.log('fairlead', text),
    output: (stream, text) => record.log(stream, text),
    progress: (share, detail) => record.progress(share, detail),
    outcome(detail) {
      outcome = { status: 'succeeded', detail };
    },
    skip(detail) {
      outcome = { status: 'skipped', detail };
    },
  };
  try {
    const value = await work(tools);
    record.finish(outcome.status, outcome.detail);
    return value;
  } catch (error) {
    // A wait that was cut off reports the cut (`cancelled`), not why: the signal knows.
    const cause = signal.aborted ? signal.reason : error;
    // Handed over, the step goes on elsewhere: it stays `running` in the books until then.
    if (!(cause instanceof Stopped) || cause.reason === 'cancel') record.fail(cause);
    throw cause;
  }
}
