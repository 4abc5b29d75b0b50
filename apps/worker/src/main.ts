import { readEnvironment } from './env.ts';
import { createLog } from './log.ts';
import { startWorkerProcess } from './process.ts';

const env = readEnvironment();
const log = createLog(env.LOG_LEVEL);
const worker = await startWorkerProcess(env, log);

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    // A second one means now: what runs is found by its old heartbeat and done again elsewhere.
    if (stopping) process.exit(1);
    stopping = true;
    worker.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ error }, 'the worker did not stop in order');
        process.exit(1);
      },
    );
  });
}

/** Whoever started this process waits for this line. */
process.stdout.write(`${JSON.stringify({ ready: true, workerId: worker.workerId })}\n`);
