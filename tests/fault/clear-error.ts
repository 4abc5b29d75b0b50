import { type OperationView, retryOperation } from '@fairlead/core';
import type { ErrorCode } from '@fairlead/errors';
import { expect } from 'vitest';
import type { Stage } from './stage.ts';

/** What a person has to be told when something outside of Fairlead broke. */
export interface ClearError {
  /** The step at which it ended, without the id that follows a colon. */
  step: string;
  code: ErrorCode;
  /** Name of the machine; undefined where it happened on none. */
  server: string | undefined;
  /** Words of the message: what is wrong, and where. */
  says: RegExp;
  /** Words of the hint: what to do next. */
  hints: RegExp;
}

/** The operation failed at one step, with an error that says what, where, why and what next; the step carries the same error. */
export async function expectClearError(
  { plane }: Stage,
  operation: OperationView,
  expected: ClearError,
): Promise<void> {
  const { step, code, server, says, hints } = expected;
  const steps = await plane.database.prisma.step.findMany({ where: { operationId: operation.id } });
  const failed = steps.filter(({ status }) => status === 'failed');
  expect({ status: operation.status, ...operation.error }).toMatchObject({
    status: 'failed',
    code,
    message: expect.stringMatching(says),
    hint: expect.stringMatching(hints),
  });
  expect(operation.error?.server).toBe(server);
  expect(failed.map(({ key }) => key.split(':')[0])).toEqual([step]);
  expect(failed[0]?.error).toMatchObject({ code });
}

/** Presses "Try again", which has to end well. */
export async function expectRetryToSucceed({ plane }: Stage, operation: OperationView): Promise<void> {
  const again = await plane.succeed(retryOperation, { operationId: operation.id });
  expect(again).toMatchObject({ id: operation.id, status: 'succeeded', error: null });
}
