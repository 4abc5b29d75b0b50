import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTraffic } from '../../apps/worker/testing/traffic.ts';
import { balancerFaults } from './balancer-faults.ts';
import { concurrency } from './concurrency.ts';
import { deployFaults } from './deploy-faults.ts';
import { hostileInput } from './hostile-input.ts';
import { serverFaults } from './server-faults.ts';
import { type Stage, setStage } from './stage.ts';

let set: Stage | undefined;
const stage = () => {
  if (set === undefined) throw new Error('the stage is not set');
  return set;
};

beforeAll(async () => {
  set = await setStage();
});
afterAll(async () => {
  await set?.close();
});

test('visitors see a failure when there is one (positive control)', async () => {
  const { one, target } = stage();
  const seen = startTraffic(target);
  await one.machine.run('systemctl stop nginx');
  await expect.poll(() => seen.report.failures.length).toBeGreaterThan(0);
  await one.machine.run('systemctl start nginx');
  await seen.stop();
  await stage().serves();
});

describe('a server', () => serverFaults(stage));
describe('a deployment', () => deployFaults(stage));
describe('a load balancer', () => balancerFaults(stage));
describe('the queue and the people', () => concurrency(stage));
describe('hostile input', () => hostileInput(stage));
