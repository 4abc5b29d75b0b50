import { lifecycle } from '../lifecycle.ts';

/** `running → queued`: given back by a worker that shuts down; `failed`/`cancelled → queued`: tried again by a person. */
export const operationStatus = lifecycle('operation', {
  queued: ['running', 'cancelled', 'failed'],
  running: ['succeeded', 'failed', 'cancelled', 'queued'],
  succeeded: [],
  failed: ['queued'],
  cancelled: ['queued'],
});
export type OperationStatus = (typeof operationStatus.statuses)[number];

export const stepStatus = lifecycle('step', {
  pending: ['running', 'skipped', 'failed', 'succeeded'],
  running: ['succeeded', 'failed', 'skipped', 'pending'],
  succeeded: ['running', 'pending'],
  failed: ['running', 'pending', 'skipped'],
  skipped: ['running', 'pending'],
});
export type StepStatus = (typeof stepStatus.statuses)[number];
