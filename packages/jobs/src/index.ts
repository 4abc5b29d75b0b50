export type { QueueDriver } from './connection.ts';
export { type JobName, type JobPayload, jobPayloads } from './payloads.ts';
export { createQueue, type EnqueueOptions, type JobQueue } from './queue.ts';
export { createWorker, type JobWorker, type WorkerOptions } from './worker.ts';
