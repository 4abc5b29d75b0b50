import { AppError } from '@fairlead/errors';

/** Why a running operation has to stop before its end. `shutdown` and `lost` give it back to the queue, `cancel` ends it. */
export type StopReason = 'shutdown' | 'lost' | 'cancel';

const messages = {
  shutdown: 'The worker is shutting down; another one goes on with this operation.',
  lost: 'This worker no longer holds the servers of the operation; it starts again from the top.',
  cancel: 'Cancelled on request.',
} as const;

/** Thrown by whatever notices that it has to stop, and the reason of the run's abort signal. */
export class Stopped extends AppError {
  readonly reason: StopReason;

  constructor(reason: StopReason, cause?: unknown) {
    super(reason === 'cancel' ? 'cancelled' : 'lease-lost', messages[reason], { retryable: true, cause });
    this.reason = reason;
  }
}
