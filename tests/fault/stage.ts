import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp, startDeployment } from '@fairlead/core';
import type { Backend, Server } from '@fairlead/db';
import { type GitRepository, Lab, type Machine } from '@fairlead/lab';
import { createLog } from '../../apps/worker/src/log.ts';
import { startWorkerProcess, type WorkerProcess } from '../../apps/worker/src/process.ts';
import {
  startTestControlPlane,
  type TestControlPlane,
  until,
} from '../../apps/worker/testing/control-plane.ts';
import { prepareFleet, registerMachine } from '../../apps/worker/testing/lab-fleet.ts';
import { startTraffic, type Traffic, type TrafficTarget } from '../../apps/worker/testing/traffic.ts';

export const domain = 'fault.example.com';

/** How many more answers visitors get before "it still serves" is believed. */
const moreAnswers = 40;

/**
 * Two machines, an app that serves from the first of them, visitors who never stop, and a worker: what every fault of this folder happens to. Each
 * scenario leaves it as it found it.
 */
export interface Stage {
  readonly plane: TestControlPlane;
  readonly repository: GitRepository;
  /** Primary and balancer; prepared. */
  readonly one: Place;
  /** Registered, and nothing more at first. */
  readonly two: Place;
  readonly appId: string;
  readonly target: TrafficTarget;
  backendOn(place: Place): Promise<Backend>;
  /** Visitors, who come from the first call of this on and never stop, are still answered, and nobody was refused since the last call. */
  serves(): Promise<void>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  close(): Promise<void>;
}

/** A machine of the lab and what Fairlead calls it. */
export interface Place {
  machine: Machine;
  serverId: string;
}

export async function setStage(): Promise<Stage> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  try {
    return await build(closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(closers: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<Stage> {
  const plane = await startTestControlPlane();
  closers.push(plane.close);
  const machines = ['one', 'two'].map((name) => ({ name, image: 'stocked' as const }));
  const lab = await Lab.up({ name: 'fault', slot: 7, machines });
  closers.push(() => lab.down());
  const git = await lab.gitServer({ repos: ['app'] });
  const repository = git.repo('app');
  const server = await readFile(join(import.meta.dirname, 'app/server.mjs'), 'utf8');
  await repository.commit({ 'server.mjs': server }, 'Serve');
  let worker: WorkerProcess | undefined;
  const stopWorker = async () => {
    await worker?.stop();
    worker = undefined;
  };
  const startWorker = async () => {
    worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  };
  closers.push(stopWorker);
  await startWorker();
  const [first, second] = await registered(plane, lab);
  const one = { machine: lab.machine('one'), serverId: first.id };
  const two = { machine: lab.machine('two'), serverId: second.id };
  const { id: appId } = await createApp(plane.ctx, plane.actor, {
    name: 'Fault',
    repositoryUrl: repository.url,
    runtime: 'node',
    startCommand: 'node server.mjs',
    domains: [domain],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    primaryServerId: one.serverId,
  });
  await plane.succeed(startDeployment, { appId });
  const target = { address: one.machine.address, host: domain, path: '/whoami', postPath: '/notes' };
  let traffic: Traffic | undefined;
  closers.push(async () => traffic?.stop());
  return {
    plane,
    repository,
    one,
    two,
    appId,
    target,
    backendOn: ({ serverId }) =>
      plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId } }),
    async serves() {
      traffic ??= startTraffic(target);
      const { report } = traffic;
      const before = report.requests;
      await until('more visitors', async () => report.requests > before + moreAnswers);
      const failures = report.failures.splice(0);
      if (failures.length > 0) throw new Error(failures.slice(0, 5).join('\n'));
    },
    stopWorker,
    startWorker,
    close,
  };
}

/** Both machines entered by their confirmed keys, the first of them made ready. */
async function registered(plane: TestControlPlane, lab: Lab): Promise<[Server, Server]> {
  const [[first], second] = await Promise.all([
    prepareFleet(plane, [lab.machine('one')]),
    registerMachine(plane, lab.machine('two')),
  ]);
  if (first === undefined) throw new Error('no first server');
  return [first, second];
}
