import type { OperationHandler } from '@fairlead/core';
import {
  asOperationKind,
  type Claim,
  cancelClaimed,
  claimOperation,
  failOperation,
  operationKinds,
  releaseOperation,
  succeedOperation,
} from '@fairlead/core';
import { acquireLeases, type HeldLeases, type Operation, releaseLeases, renewLeases } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { WorkerContext } from '../context.ts';
import { keepAlive, leaseTtlMs } from './keep-alive.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { Handler, Run, Work } from './run.ts';
import { runStep } from './step.ts';
import { Stopped } from './stop-reason.ts';

/** How often leases that others hold are asked for again (milliseconds). */
const leaseRetryMs = 200;

/** The two degrees of a shutdown: `soft` ends work at the next step, `hard` cuts waits off. */
export interface Shutdown {
  soft: AbortSignal;
  hard: AbortSignal;
}

/**
 * One attempt at one operation: claim, lease, work, outcome. Resolves when this process has nothing more to do with it, whatever the outcome; rejects
 * only when the outcome could not be stored (the heartbeat then goes stale and the sweeper hands the operation out again).
 */
export async function runOperation(
  worker: WorkerContext,
  handlers: Record<OperationHandler, Handler>,
  operationId: string,
  shutdown: Shutdown,
): Promise<void> {
  if (shutdown.soft.aborted) return;
  const claimed = await claimOperation(worker, operationId);
  if (claimed.outcome !== 'claimed') return;
  const attempt = new Attempt(worker, claimed.claim, claimed.operation, shutdown);
  try {
    await attempt.conclude(await attempt.work(handlers));
  } finally {
    await attempt.end();
  }
}

type Ending = { thrown: null } | { thrown: unknown };

class Attempt {
  readonly #worker: WorkerContext;
  readonly #claim: Claim;
  readonly #operation: Operation;
  readonly #shutdown: Shutdown;
  readonly #controller = new AbortController();
  readonly #recorder: Recorder;
  readonly #quiet: () => void;
  readonly #onHardShutdown = () => this.#stop(new Stopped('shutdown'));
  #leases: HeldLeases | null = null;
  #claimLost = false;
  #isPastCancellation = false;

  constructor(worker: WorkerContext, claim: Claim, operation: Operation, shutdown: Shutdown) {
    this.#worker = worker;
    this.#claim = claim;
    this.#operation = operation;
    this.#shutdown = shutdown;
    this.#recorder = createRecorder(worker, claim, (error) => {
      this.#claimLost = error instanceof AppError && error.code === 'lease-lost';
      this.#stop(new Stopped('lost', error));
    });
    const renew = async () => this.#leases === null || renewLeases(worker.prisma, this.#leases, leaseTtlMs);
    this.#quiet = keepAlive(worker, claim, renew, (reason) => this.#stop(reason));
    shutdown.hard.addEventListener('abort', this.#onHardShutdown, { once: true });
  }

  /** Does the work; what it threw, if anything, comes back as the ending. */
  async work(handlers: Record<OperationHandler, Handler>): Promise<Ending> {
    const kind = asOperationKind(this.#operation.kind);
    let work: Work | undefined;
    let run: Run | undefined;
    try {
      if (kind === undefined)
        throw new AppError('internal', `Nobody knows how to do ${this.#operation.kind}.`);
      run = this.#run(kind);
      work = await handlers[operationKinds[kind].handler](this.#worker, this.#operation);
      await this.#lease(work.servers);
      // Asked for while no worker was at it: with the servers to itself it can put back what an earlier attempt began.
      if (this.#operation.cancelRequestedAt !== null) this.#stop(new Stopped('cancel'));
      await work.run(run);
      await this.#recorder.settle();
      return { thrown: null };
    } catch (error) {
      return this.#tidyUp(work, run, this.#causeOf(error));
    }
  }

  /** Stores how it ended. */
  async conclude({ thrown }: Ending): Promise<void> {
    const { log } = this.#worker;
    const fields = {
      operationId: this.#operation.id,
      kind: this.#operation.kind,
      attempt: this.#claim.attempt,
    };
    if (thrown === null) return succeedOperation(this.#worker, this.#claim);
    if (!(thrown instanceof Stopped)) {
      log.error({ ...fields, error: thrown }, 'operation failed');
      return failOperation(this.#worker, this.#claim, thrown);
    }
    log.warn({ ...fields, reason: thrown.reason }, 'operation stopped');
    if (thrown.reason === 'cancel') return cancelClaimed(this.#worker, this.#claim);
    // A claim that another worker took over is no longer ours to give back.
    if (!this.#claimLost) await this.#giveBack().catch(ignoreLostClaim);
  }

  async #giveBack(): Promise<void> {
    const { queue, log } = this.#worker;
    await releaseOperation(this.#worker, this.#claim);
    const operationId = this.#operation.id;
    await queue
      .enqueue('operation', { operationId })
      .catch((error: unknown) => log.warn({ error, operationId }, 'not enqueued; the sweeper will'));
  }

  /** Gives everything back. */
  async end(): Promise<void> {
    this.#quiet();
    this.#shutdown.hard.removeEventListener('abort', this.#onHardShutdown);
    await this.#recorder.lines.close();
    await this.#releaseLeases();
  }

  #stop(reason: Stopped): void {
    if (this.#isPastCancellation && reason.reason === 'cancel') return;
    if (!this.#controller.signal.aborted) this.#controller.abort(reason);
  }

  async #tidyUp(work: Work | undefined, run: Run | undefined, thrown: unknown): Promise<Ending> {
    if (thrown instanceof Stopped && thrown.reason !== 'cancel') return { thrown };
    try {
      if (work !== undefined && run !== undefined) await work.failed(run, thrown);
      await this.#recorder.settle();
      return { thrown };
    } catch (error) {
      const { log } = this.#worker;
      log.error(
        { operationId: this.#operation.id, error, thrown },
        'a failed operation could not be tidied up',
      );
      return { thrown: error instanceof Stopped ? error : thrown };
    }
  }

  /** A failure while the worker shuts down, whose undoing was left to the next attempt, is met again and told by that one. */
  #causeOf(error: unknown): unknown {
    if (this.#controller.signal.aborted) return this.#controller.signal.reason;
    return this.#shutdown.soft.aborted && !(error instanceof Stopped)
      ? new Stopped('shutdown', error)
      : error;
  }

  #checkpoint(): void {
    if (this.#controller.signal.aborted) throw this.#controller.signal.reason;
    if (this.#shutdown.soft.aborted) throw new Stopped('shutdown');
  }

  #isHandedOver(): boolean {
    const reason: unknown = this.#controller.signal.reason;
    return this.#shutdown.soft.aborted || (reason instanceof Stopped && reason.reason !== 'cancel');
  }

  #run(kind: NonNullable<ReturnType<typeof asOperationKind>>): Run {
    const { signal } = this.#controller;
    return {
      worker: this.#worker,
      operation: this.#operation,
      kind,
      claim: this.#claim,
      signal,
      isHandedOver: () => this.#isHandedOver(),
      plan: (steps) => this.#recorder.plan(steps),
      step: (name, work) => runStep(this.#recorder, signal, () => this.#checkpoint(), name, work),
      tidy: (name, work) => runStep(this.#recorder, new AbortController().signal, () => {}, name, work),
      fence: (serverId) => this.#fence(serverId),
      hide: (secrets) => this.#recorder.lines.hide(secrets),
      passCancellation: () => {
        this.#checkpoint();
        this.#isPastCancellation = true;
      },
      releaseServers: () => this.#releaseLeases(),
    };
  }

  #fence(serverId: string) {
    const token = this.#leases?.tokens.get(leaseOf(serverId));
    if (token === undefined) throw new AppError('internal', 'A server was to be changed that is not leased.');
    return { operationId: this.#operation.id, token: token.toString() };
  }

  /** All the servers or none; waits while another operation holds one of them. */
  async #lease(serverIds: readonly string[]): Promise<void> {
    if (serverIds.length === 0) return;
    const { workerId, prisma } = this.#worker;
    const holder = `${workerId}:${this.#claim.operationId}:${this.#claim.attempt}`;
    const resources = serverIds.map(leaseOf);
    for (let waited = 0; ; waited += 1) {
      this.#checkpoint();
      this.#leases = await acquireLeases(prisma, resources, holder, leaseTtlMs);
      if (this.#leases !== null) return;
      if (waited === 0) {
        this.#recorder.lines.append(
          'fairlead',
          'Waiting for another operation on one of these servers to end.',
        );
      }
      await pause(leaseRetryMs, this.#controller.signal, this.#shutdown.soft);
    }
  }

  async #releaseLeases(): Promise<void> {
    const leases = this.#leases;
    this.#leases = null;
    if (leases !== null) await releaseLeases(this.#worker.prisma, leases);
  }
}

/** Name of a server's lease. */
function leaseOf(serverId: string): string {
  return `server:${serverId}`;
}

function ignoreLostClaim(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'lease-lost')) throw error;
}

/** Resolves after `ms`, or as soon as one of the signals is aborted. */
function pause(ms: number, ...signals: AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  });
}
