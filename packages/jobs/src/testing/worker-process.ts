// A worker that never finishes what it takes: started, and killed, by the test of the dead worker.
// Arguments: driver, URL. Prints the operation's id when it has taken a job.
import type { QueueDriver } from '../connection.ts';
import { createWorker } from '../worker.ts';

const [driver, url = ''] = process.argv.slice(2);
await createWorker({
  ...({ driver, url } as QueueDriver),
  concurrency: 1,
  onJob: (_name, { operationId }) => {
    console.log(operationId);
    return new Promise(() => {});
  },
});
