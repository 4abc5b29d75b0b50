import type { HostChannel, HostListener } from './host-channel.ts';

/** Cuts a channel on which nothing is heard although work waits: a dead program on a living connection. */
export class Heartbeat {
  readonly #channel: HostChannel;
  readonly #timer: NodeJS.Timeout;
  #heard = true;
  #asking = false;

  constructor(channel: HostChannel, intervalMs: number) {
    this.#channel = channel;
    this.#timer = setInterval(() => this.#beat(), intervalMs);
  }

  watch(listener: HostListener): HostListener {
    return {
      onLog: (log) => {
        this.#heard = true;
        listener.onLog?.(log);
      },
      onProgress: (progress) => {
        this.#heard = true;
        listener.onProgress?.(progress);
      },
      onPart: (part) => {
        this.#heard = true;
        listener.onPart?.(part);
      },
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.#asking) {
      this.#channel.destroy();
      this.stop();
    } else if (this.#heard) this.#heard = false;
    else void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    try {
      await this.#channel.request({ verb: 'hello', input: {} }, {}, new AbortController().signal);
    } catch {
      // The channel ended: the call that waits on it hears of it by itself.
    }
    this.#asking = false;
    this.#heard = true;
  }
}
