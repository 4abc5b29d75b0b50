import { AppError } from '@fairlead/errors';
import type { Queue } from 'bullmq';
import { openConnection, type QueueConnection, type QueueDriver } from './connection.ts';
import { type JobName, type JobPayload, jobPayloads, jobSubjects } from './payloads.ts';

export const queueName = 'fairlead';

const poolSize = 3;
const patienceMs = 5_000;
/** For those who look into the queue; nothing reads finished jobs. */
const kept = { removeOnComplete: { count: 100 }, removeOnFail: { count: 500 } };

export interface EnqueueOptions {
  /** Not before this many ms from now. */
  delayMs?: number;
}

/** Hands jobs to the workers. */
export interface JobQueue {
  /**
   * "Look at this again." Every call is followed by a run that begins after it: while one is waiting, that is the run; while one is
   * running, another follows it; what has finished hinders nothing. A delayed call is an extra run at its time.
   *
   * @throws AppError `internal` (retryable) where the queue does not take it within 5 s; the sweeper will find the row
   */
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions): Promise<void>;
  close(): Promise<void>;
}

interface OpenQueue {
  queue: Queue;
  connection: QueueConnection;
}

async function open(driver: QueueDriver): Promise<OpenQueue> {
  const connection = await openConnection(driver, poolSize);
  const queue = new connection.Queue(queueName, {
    connection: connection.connection,
    defaultJobOptions: { attempts: 1, ...kept },
    streams: { events: { maxLen: 1_000 } },
  });
  queue.on('error', () => {});
  return { queue, connection };
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([work, tooLong]);
  } catch (cause) {
    throw new AppError('internal', 'The job queue cannot be reached.', { retryable: true, cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Connects at the first `enqueue`, and again at the next where that failed. */
export function createQueue(driver: QueueDriver): JobQueue {
  let opening: Promise<OpenQueue> | undefined;
  const opened = () => {
    opening ??= open(driver).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    enqueue: async (name, payload, options = {}) => {
      const data = jobPayloads[name].parse(payload);
      const once = { deduplication: { id: `${name}/${jobSubjects[name](payload)}`, keepLastIfActive: true } };
      const timing = options.delayMs ? { delay: options.delayMs } : once;
      await withinPatience(opened().then(({ queue }) => queue.add(name, data, timing)));
    },
    close: async () => {
      const current = await opening?.catch(() => undefined);
      await current?.queue.close();
      await current?.connection.close();
    },
  };
}
