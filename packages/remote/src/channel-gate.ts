import { cancelled } from './deadline.ts';

/**
 * Lets a fixed number of session channels be open on one connection (sshd's MaxSessions is 10); the rest wait in turn.
 */
export class ChannelGate {
  #free: number;
  readonly #waiting: { enter: () => void; refuse: (error: Error) => void }[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Waits for a place and returns the function that gives it back (once; further calls do nothing). */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted) throw cancelled(signal.reason);
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next) next.enter();
      else this.#free += 1;
    };
  }

  /** Refuses everyone who waits: the connection is gone. */
  close(error: Error): void {
    for (const waiter of this.#waiting.splice(0)) waiter.refuse(error);
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(cancelled(signal?.reason));
      };
      const waiter = {
        enter: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        refuse: (error: Error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }
}
