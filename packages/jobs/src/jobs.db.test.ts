import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createTestDatabase } from '@fairlead/db/testing';
import { AppError } from '@fairlead/errors';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { QueueDriver } from './connection.ts';
import { createQueue, type JobQueue } from './queue.ts';
import { startRedis } from './testing/redis.ts';
import { createWorker, type JobWorker } from './worker.ts';

interface Service {
  driver: QueueDriver;
  stop(): Promise<void>;
}

const services: Record<string, () => Promise<Service>> = {
  Postgres: async () => {
    const database = await createTestDatabase();
    return { driver: { driver: 'postgres', url: database.url }, stop: database.close };
  },
  Redis: async () => {
    const redis = await startRedis();
    return { driver: { driver: 'redis', url: redis.url }, stop: redis.stop };
  },
};

/** A promise that the test settles when it likes. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe.each(Object.keys(services))('over %s', (name) => {
  let service: Service;
  let queue: JobQueue;
  const workers: JobWorker[] = [];

  /** Starts a worker that notes what it is given, then does what the test says. */
  async function work(onJob: (operationId: string, signal: AbortSignal) => Promise<void>, concurrency = 5) {
    const errors: Error[] = [];
    const worker = await createWorker({
      ...service.driver,
      concurrency,
      onJob: (_name, { operationId }, signal) => onJob(operationId, signal),
      onError: (error) => errors.push(error),
    });
    workers.push(worker);
    return { worker, errors };
  }

  beforeAll(async () => {
    service = (await services[name]?.()) as Service;
  });
  beforeEach(() => {
    queue = createQueue(service.driver);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.close(0)));
    await queue.close();
  });
  afterAll(() => service.stop());

  test('a worker runs what was enqueued before and after it began', async () => {
    const seen: string[] = [];
    await queue.enqueue('operation', { operationId: 'before' });
    await work(async (id) => void seen.push(id));
    await queue.enqueue('operation', { operationId: 'after' });
    await expect.poll(() => seen).toEqual(['before', 'after']);
  });

  test('an idle worker starts within a few milliseconds', async () => {
    const started = new Map<string, number>();
    await work(async (id) => void started.set(id, performance.now()));
    const tookMs: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      const id = `round-${round}`;
      const enqueued = performance.now();
      await queue.enqueue('operation', { operationId: id });
      await expect.poll(() => started.has(id), { interval: 1 }).toBe(true);
      tookMs.push((started.get(id) ?? Number.NaN) - enqueued);
    }
    const medianMs = median(tookMs.slice(10));
    console.log(`${name}: enqueue to start, median of ${tookMs.length - 10}: ${medianMs.toFixed(2)} ms`);
    // An idle worker looks by itself every 5 s: only being told can be this quick, also on a busy machine.
    expect(medianMs).toBeLessThan(500);
  });

  test('looking again is not swallowed by a finished run', async () => {
    let runs = 0;
    await work(async () => {
      runs += 1;
    });
    for (let round = 1; round <= 3; round += 1) {
      await queue.enqueue('operation', { operationId: 'again' });
      await expect.poll(() => runs).toBe(round);
    }
  });

  test('enqueued while it runs, a job is run once more afterwards, never beside itself', async () => {
    const first = gate();
    let runs = 0;
    let beside = 0;
    let most = 0;
    await work(async () => {
      runs += 1;
      beside += 1;
      most = Math.max(most, beside);
      if (runs === 1) await first.passed;
      beside -= 1;
    });
    await queue.enqueue('operation', { operationId: 'busy' });
    await expect.poll(() => runs).toBe(1);
    for (let late = 0; late < 5; late += 1) await queue.enqueue('operation', { operationId: 'busy' });
    first.open();
    await expect.poll(() => runs).toBe(2);
    await queue.enqueue('operation', { operationId: 'marker' });
    await expect.poll(() => runs).toBe(3);
    expect(most).toBe(1);
  });

  test('many calls before anybody works are one run, and another subject does not wait for it', async () => {
    const seen: string[] = [];
    for (let call = 0; call < 5; call += 1) await queue.enqueue('operation', { operationId: 'many' });
    await queue.enqueue('operation', { operationId: 'other' });
    await work(async (id) => void seen.push(id), 1);
    await expect.poll(() => seen).toEqual(['many', 'other']);
  });

  test('a failed run is reported, not repeated, and hinders no later one', async () => {
    let runs = 0;
    const { errors } = await work(async () => {
      runs += 1;
      if (runs === 1) throw new Error('broken');
    });
    await queue.enqueue('operation', { operationId: 'failing' });
    await expect.poll(() => errors.map((error) => error.message)).toEqual(['broken']);
    await queue.enqueue('operation', { operationId: 'failing' });
    await expect.poll(() => runs).toBe(2);
  });

  test('a delayed call runs at its time and does not hold up one that is due now', async () => {
    const seen: { id: string; afterMs: number }[] = [];
    const delayMs = 4_000;
    const began = performance.now();
    await work(async (id) => void seen.push({ id, afterMs: performance.now() - began }));
    await queue.enqueue('operation', { operationId: 'x' }, { delayMs });
    await queue.enqueue('operation', { operationId: 'x' });
    await expect.poll(() => seen.length).toBe(2);
    expect(seen[0]?.afterMs).toBeLessThan(delayMs);
    expect(seen[1]?.afterMs).toBeGreaterThanOrEqual(delayMs);
  });

  test('refuses a payload that is more than an id', async () => {
    const payload = { operationId: 'x', password: 'hunter2' };
    await expect(queue.enqueue('operation', payload)).rejects.toThrow('password');
  });

  test('closing waits for running jobs within the grace time, and takes no more', async () => {
    const [started, running] = [gate(), gate()];
    const seen: string[] = [];
    const { worker } = await work(async (id) => {
      started.open();
      await running.passed;
      seen.push(id);
    });
    await queue.enqueue('operation', { operationId: 'closing' });
    await started.passed;
    const closed = worker.close(10_000);
    await queue.enqueue('operation', { operationId: 'too-late' });
    running.open();
    await closed;
    expect(seen).toEqual(['closing']);
    await work(async (id) => void seen.push(id));
    await expect.poll(() => seen).toEqual(['closing', 'too-late']);
  });

  test('after the grace time a job is told to stop and goes to another worker at once', async () => {
    const started = gate();
    const { worker } = await work(async (_id, signal) => {
      started.open();
      await once(signal, 'abort');
      throw new Error('stopped');
    });
    await queue.enqueue('operation', { operationId: 'handed-over' });
    await started.passed;
    const seen: string[] = [];
    await work(async (id) => void seen.push(id));
    await worker.close(50);
    // Sooner than a dead worker's job could be handed on: its lock lasts 4 s.
    await expect.poll(() => seen, { timeout: 3_900 }).toEqual(['handed-over']);
  });

  test("a killed worker's job is run by another one", async () => {
    const program = fileURLToPath(new URL('testing/worker-process.ts', import.meta.url));
    const argv = ['--import', 'tsx', program, service.driver.driver, service.driver.url];
    const victim: ChildProcess = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
    await queue.enqueue('operation', { operationId: 'orphan' });
    const [taken] = (await once(victim.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    expect(String(taken).trim()).toBe('orphan');
    const seen: string[] = [];
    await work(async (id) => void seen.push(id));
    victim.kill('SIGKILL');
    const killed = performance.now();
    // Some 8 s by these settings, and more on a busy machine; BullMQ's own lock alone lasts 30 s.
    await expect.poll(() => seen, { timeout: 28_000 }).toEqual(['orphan']);
    const noticedMs = performance.now() - killed;
    console.log(`${name}: a dead worker's job ran after ${(noticedMs / 1000).toFixed(1)} s`);
  });
});

test('enqueue fails soon, as retryable, where nobody answers', async () => {
  for (const driver of [
    { driver: 'postgres', url: 'postgresql://nobody@127.0.0.1:1/none' },
    { driver: 'redis', url: 'redis://127.0.0.1:1' },
  ] as const) {
    const queue = createQueue(driver);
    const failure = await queue.enqueue('operation', { operationId: 'x' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect((failure as AppError).retryable).toBe(true);
    await queue.close();
  }
});
