import { type Fleet, takeBackImport } from '@fairlead/core';
import { toAppError } from '@fairlead/errors';
import { retoldOf } from '../difference.ts';
import { requireFleet } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { applyFront } from './apply-front.ts';
import { retellBackends } from './retell-backends.ts';

/** What shows that the import itself is no good, and not that the server can't be reached: then it is only to be tried again. */
const verdicts = [
  'conflict',
  'invalid-input',
  'disk-full',
  'system-unsupported',
  'nginx-test-failed',
  'nginx-foreign-fault',
  'nginx-not-live',
  'port-taken',
  'never-healthy',
];

/**
 * A failed import leaves nothing behind: settings, domains and shares are what they were, and where the front was in the file's place already, the file is in
 * service again.
 * @returns whether all that was asked for is taken back
 */
export async function putImportBack(run: Run, { loadBalancer }: Fleet, error: unknown): Promise<boolean> {
  const { operation, worker } = run;
  const isMine = run.kind === 'load-balancer.import' && !run.isHandedOver();
  if (!isMine || operation.appId === null || !verdicts.includes(toAppError(error).code)) return false;
  const generation = operation.generation ?? 0;
  const isTakenBack = await takeBackImport(worker.prisma, operation.appId, generation);
  const after = await requireFleet(worker, operation.appId);
  await retellBackends(run, after, retoldOf(after, worker.clock()), 'back');
  if (loadBalancer.observedGeneration >= generation) {
    await run.step({ key: 'put-back', title: 'Put the former config back' }, (step) =>
      applyFront(run, step, after),
    );
  }
  return isTakenBack;
}
