import { createWorker, type JobWorker } from '@fairlead/jobs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { addOperation, addServer, everyHandler, workerContext } from '../../testing/worker-context.ts';
import { runOperation } from './run-operation.ts';
import { startSweeper } from './sweeper.ts';

let plane: TestControlPlane;
let jobs: JobWorker | undefined;
const never = new AbortController().signal;

beforeEach(async () => {
  plane = await startTestControlPlane();
});
afterEach(async () => {
  await jobs?.close(0);
  await plane.close();
});

test('operations whose jobs are gone are done all the same, each once', async () => {
  const servers = [
    await addServer(plane, 'one'),
    await addServer(plane, 'two'),
    await addServer(plane, 'three'),
  ];
  const operations = await Promise.all(servers.map((server) => addOperation(plane, server)));
  const done: string[] = [];
  const worker = workerContext(plane);
  const handlers = everyHandler(async (_worker, operation) => ({
    servers: operation.serverId === null ? [] : [operation.serverId],
    failed: async () => {},
    run: (run) => run.step({ key: 'do', title: 'Do' }, async () => void done.push(operation.id)),
  }));
  jobs = await createWorker({
    driver: 'postgres',
    url: plane.database.url,
    concurrency: 4,
    onJob: (_name, { operationId }) =>
      runOperation(worker, handlers, operationId, { soft: never, hard: never }),
  });
  const stop = startSweeper(worker, 50);
  await Promise.all(operations.map(({ id }) => plane.ended(id)));
  stop();
  expect(done.sort()).toEqual(operations.map(({ id }) => id).sort());
});
