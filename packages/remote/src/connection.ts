import type { Duplex } from 'node:stream';
import { AppError } from '@fairlead/errors';
import type { Client, ClientChannel } from 'ssh2';
import { ChannelGate } from './channel-gate.ts';
import { withDeadline } from './deadline.ts';
import { type ExecOptions, type ExecResult, runOnChannel } from './exec.ts';
import { openForward } from './forward.ts';
import { quoteCommand } from './shell-quote.ts';
import { connectionLost, remoteTimeout } from './ssh-failure.ts';
import type { SshTarget } from './target.ts';

/** One authenticated SSH connection. Everything opened over it ends with `connection-lost` when it breaks. */
export class SshConnection {
  readonly target: SshTarget;
  /** When something last began or ended on it (milliseconds since the epoch). */
  lastUsedAt = Date.now();
  readonly #client: Client;
  readonly #gate: ChannelGate;
  readonly #closeListeners = new Set<() => void>();
  #open = true;
  #pinging: Promise<void> | null = null;
  #inUse = 0;

  constructor(target: SshTarget, client: Client, sessionChannels: number) {
    this.target = target;
    this.#client = client;
    this.#gate = new ChannelGate(sessionChannels);
    client.once('close', () => this.#closed());
    client.once('end', () => this.#closed());
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** How many pieces of work hold it open now. */
  get inUse(): number {
    return this.#inUse;
  }

  /** Says that work goes on until the returned function is called; an idle connection is closed by its pool. */
  hold(): () => void {
    this.#inUse += 1;
    this.lastUsedAt = Date.now();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#inUse -= 1;
      this.lastUsedAt = Date.now();
    };
  }

  /** Runs one command (argv, quoted for the login shell) to its end. See {@link ExecOptions}. Throws as {@link runOnChannel}. */
  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const release = this.hold();
    try {
      const ended = await this.openSession(
        argv,
        (channel) => ({ result: runOnChannel(channel, this.target, argv, options) }),
        options.signal,
      );
      return await ended.result;
    } finally {
      release();
    }
  }

  /**
   * Opens a session channel running `argv`; its place in the queue is given back when it closes. `attach` sees the channel at the moment
   * it opens: exit status and close may arrive in the same packet, before any promise is heard.
   */
  async openSession<T>(
    argv: readonly string[],
    attach: (channel: ClientChannel) => T,
    signal?: AbortSignal,
  ): Promise<T> {
    const leave = await this.#gate.enter(signal);
    try {
      return await new Promise<T>((resolve, reject) => {
        if (!this.#open) return reject(connectionLost(this.target));
        this.#client.exec(quoteCommand(argv), (error, channel) => {
          if (error) return reject(error);
          channel.once('close', leave);
          resolve(attach(channel));
        });
      });
    } catch (cause) {
      leave();
      if (cause instanceof AppError) throw cause;
      throw connectionLost(this.target, cause);
    }
  }

  /** A TCP stream from the server to `address:port`. Throws what {@link openForward} throws. */
  async forward(
    address: string,
    port: number,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<Duplex> {
    const release = this.hold();
    try {
      return await openForward(this.#client, this.target, address, port, { ...options, onClose: release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Whether the server still answers over this connection: one round trip, shared by all who ask at the same time. */
  async answers(timeoutMs: number): Promise<boolean> {
    if (!this.#open) return false;
    this.#pinging ??= roundTrip(this.#client).finally(() => {
      this.#pinging = null;
    });
    return await withDeadline(
      this.#pinging.then(() => this.#open),
      timeoutMs,
      () => remoteTimeout(this.target, 'a round trip', timeoutMs),
    ).catch(() => false);
  }

  /** Calls `listener` once when the connection is gone; at once when it already is. */
  onClose(listener: () => void): void {
    if (this.#open) this.#closeListeners.add(listener);
    else listener();
  }

  close(): void {
    this.#client.end();
    this.#closed();
    // end() waits for the other side; a dead peer must not keep the socket.
    setTimeout(() => this.#client.destroy(), 500).unref();
  }

  /** Cuts the connection as a failure would. */
  destroy(): void {
    this.#client.destroy();
    this.#closed();
  }

  #closed(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#gate.close(connectionLost(this.target));
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
  }
}

/** Takes back a forwarding that was never asked for: sshd refuses that at once, logs nothing, and has thereby answered. */
function roundTrip(client: Client): Promise<void> {
  return new Promise((resolve) => {
    try {
      client.unforwardIn('127.0.0.1', 0, () => resolve());
    } catch {
      resolve();
    }
  });
}
