import { type Finding, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { localService } from '../stores.ts';
import { dependencies, importEvidence } from './modules.ts';

const onRedis = ['bullmq', 'bull', 'bee-queue', 'kue', '@nestjs/bull', '@nestjs/bullmq'];
const elsewhere = [
  'pg-boss',
  'graphile-worker',
  'agenda',
  'amqplib',
  'amqp-connection-manager',
  '@aws-sdk/client-sqs',
  'kafkajs',
  '@temporalio/client',
  'inngest',
  '@trigger.dev/sdk',
  '@google-cloud/pubsub',
  'nats',
];
const onTimers = [
  'node-cron',
  'node-schedule',
  'cron',
  '@nestjs/schedule',
  'toad-scheduler',
  '@fastify/schedule',
  'bree',
  'croner',
];
const inMemory = ['better-queue', 'fastq', 'queue', 'async.queue', 'toureiro', 'mini-queue'];

/** Node.js: queues, and timers that would fire on each server. */
export function judgeNodeJobs(scan: Scan, codes: readonly Code[]): Finding {
  const timers = importEvidence(codes, onTimers, (name) => `${name} runs on each server`);
  if (timers.length > 0) return problem('Timed tasks run once on each server.', ...timers);
  const queues = importEvidence(codes, onRedis, (name) => `${name} queues in Redis`);
  const own =
    queues.length === 0 ? null : localService(scan.variables, ['REDIS_URL', 'REDIS_HOST', 'QUEUE_REDIS_URL']);
  if (own !== null) return problem('Each server has a queue of its own.', own, ...queues);
  const others = importEvidence(codes, elsewhere, (name) => `${name} queues outside the process`);
  if (queues.length + others.length > 0) return ok('All backends share the queue.', ...queues, ...others);
  const memory = importEvidence(codes, inMemory, (name) => `${name} queues in memory`);
  if (memory.length > 0 && scan.facts.hasWorkers)
    return problem(
      'A queue in memory is seen by the process alone that has it, and by no worker.',
      ...memory,
    );
  if (memory.length > 0)
    return unknown(
      'Something is queued in memory; whether it may be lost with the process can’t be told from here.',
      ...memory,
    );
  const required = dependencies(scan);
  const unused = [...onRedis, ...elsewhere].some((name) => required.has(name));
  return unused
    ? unknown('A queue is required by package.json, but nothing that was read uses it.')
    : absent(scan, 'Nothing works in the background.');
}
