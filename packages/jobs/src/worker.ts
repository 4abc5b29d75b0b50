import { type Job, WaitingError, type Worker } from 'bullmq';
import { openConnection, type QueueDriver } from './connection.ts';
import { isJobName, type JobName, type JobPayload, jobPayloads } from './payloads.ts';
import { queueName } from './queue.ts';

/** A dead worker's job goes to another one after its lock (4 s) and two looks around (2 s each) at the latest. */
const lockDurationMs = 4_000;
const stalledIntervalMs = 2_000;
const retryDelayMs = 1_000;
/** What a handler that was told to stop is given before it is left behind. */
const lastPatienceMs = 5_000;

export type WorkerOptions = QueueDriver & {
  /** Jobs at a time. */
  concurrency: number;
  /** `signal` aborts when the job was taken from this worker or the worker closes: stop soon and throw; another worker starts it again. */
  onJob(name: JobName, payload: JobPayload, signal: AbortSignal): Promise<void>;
  /** A job failed, or the queue could not be reached for a while. Neither ends the worker. */
  onError?(error: Error): void;
};

/** Takes jobs until it is closed. */
export interface JobWorker {
  /**
   * Takes no more jobs and waits for the running ones; after `graceMs` they are told to stop, and those that throw go back to the queue at
   * once. One that does not stop within another 5 s is left behind and goes to another worker when its lock has run out. A second call may
   * shorten the grace time.
   */
  close(graceMs: number): Promise<void>;
}

function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    void work.finally(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** @returns when it takes jobs; rejects where the queue cannot be reached */
export async function createWorker(options: WorkerOptions): Promise<JobWorker> {
  // One connection listens, the others fetch, renew and finish.
  const connection = await openConnection(options, Math.min(options.concurrency, 8) + 2);
  let closing = false;

  const giveBack = async (job: Job, token: string | undefined): Promise<never> => {
    await job.moveToWait(token);
    throw new WaitingError();
  };

  // BullMQ hands a signal only to processors that declare three parameters.
  const processJob = async (job: Job, token: string | undefined, signal: AbortSignal | undefined) => {
    // A fetch that was under way when the worker was told to close still brings a job.
    if (closing) return giveBack(job, token);
    if (!isJobName(job.name) || signal === undefined) throw new Error(`There is no job named ${job.name}.`);
    try {
      await options.onJob(job.name, jobPayloads[job.name].parse(job.data), signal);
    } catch (error) {
      if (closing && signal.aborted) return giveBack(job, token);
      throw error;
    }
  };

  const worker: Worker = new connection.Worker(queueName, processJob, {
    connection: connection.connection,
    concurrency: options.concurrency,
    lockDuration: lockDurationMs,
    stalledInterval: stalledIntervalMs,
    // How often a worker may die over a job is for the handler to judge.
    maxStalledCount: 1_000_000,
    runRetryDelay: retryDelayMs,
  });
  worker.on('error', (error) => options.onError?.(error));
  worker.on('failed', (_job, error) => options.onError?.(error));
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const id of jobIds) worker.cancelJob(id, 'the lock was lost');
  });
  await worker.waitUntilReady();

  return {
    close: async (graceMs) => {
      closing = true;
      const closed = worker.close();
      if (!(await within(closed, graceMs))) {
        worker.cancelAllJobs('the worker is closing');
        if (!(await within(closed, lastPatienceMs))) return;
      }
      await connection.close();
    },
  };
}
