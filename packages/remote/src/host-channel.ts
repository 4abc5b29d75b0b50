import { AppError } from '@fairlead/errors';
import type { ClientChannel } from 'ssh2';
import type { SshConnection } from './connection.ts';
import {
  type HostLog,
  type HostPart,
  type HostProgress,
  hostError,
  parseHostMessage,
} from './host-message.ts';
import type { Fence } from './host-protocol.ts';
import { lineSplitter } from './line-splitter.ts';
import { connectionLost } from './ssh-failure.ts';

/** A request line of the protocol; its id is given by the channel. */
export interface HostRequest {
  verb: string;
  fence?: Fence;
  input: unknown;
}

/** Where the events of one request go. */
export interface HostListener {
  onLog?: (log: HostLog) => void;
  onProgress?: (progress: HostProgress) => void;
  /** What one of the verbs of a `sequence` came to; the last one's comes with the answer. */
  onPart?: (part: HostPart) => void;
}

interface Pending extends HostListener {
  resolve: (result: unknown) => void;
  reject: (error: AppError) => void;
}

/** Longest line either way, in bytes: a build's manifest of 16 MiB and an environment beside it, escaped, with room. */
export const maxLineBytes = 32 << 20;

/** The resident host program on one connection: many requests at once, told apart by id. */
export class HostChannel {
  readonly #connection: SshConnection;
  readonly #channel: ClientChannel;
  readonly #pending = new Map<string, Pending>();
  #nextId = 1;
  #stderr = '';
  #open = true;
  #spoke = false;

  private constructor(connection: SshConnection, channel: ClientChannel) {
    this.#connection = connection;
    this.#channel = channel;
    const feed = lineSplitter(maxLineBytes, (line) => this.#receive(line));
    channel.on('data', (chunk: Buffer) => {
      if (!feed(chunk)) this.destroy();
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('utf8')).slice(-4096);
    });
    channel.on('error', () => undefined);
    channel.once('close', (code?: number | null) => this.#closed(code ?? null));
  }

  static async open(connection: SshConnection, command: readonly string[]): Promise<HostChannel> {
    return await connection.openSession(command, (channel) => new HostChannel(connection, channel));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /**
   * Sends one request and waits for its last answer. Rejects with the host's own error, or with `connection-lost`, `sudo-missing`,
   * `host-program-missing` when the channel ends first. Aborting forgets the request; the host finishes the verb that it began, and begins no further one of a
   * `sequence`.
   */
  async request(request: HostRequest, listener: HostListener, signal: AbortSignal): Promise<unknown> {
    const id = String(this.#nextId++);
    const line = `${JSON.stringify({ id, ...request })}\n`;
    if (Buffer.byteLength(line) > maxLineBytes) {
      throw new AppError('invalid-input', `The input of ${request.verb} is larger than the host accepts.`);
    }
    const release = this.#connection.hold();
    let onSettled = () => {};
    try {
      return await new Promise<unknown>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        if (!this.#open) return reject(connectionLost(this.#connection.target));
        const onAbort = () => {
          reject(signal.reason);
          if (request.verb === 'sequence') this.#withdraw(id);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        onSettled = () => signal.removeEventListener('abort', onAbort);
        this.#pending.set(id, { ...listener, resolve, reject });
        this.#channel.write(line);
      });
    } finally {
      onSettled();
      this.#pending.delete(id);
      release();
    }
  }

  /** Nobody waits for what the host makes of it. */
  #withdraw(id: string): void {
    if (!this.#open) return;
    const withdrawal = { id: String(this.#nextId++), verb: 'withdraw', input: { id } };
    this.#channel.write(`${JSON.stringify(withdrawal)}\n`);
  }

  /** Cuts the channel; whatever waits on it ends with `connection-lost`. */
  destroy(): void {
    this.#channel.close();
    this.#closed(null);
  }

  #receive(line: string): void {
    const message = parseHostMessage(line);
    if (!message) return;
    this.#spoke = true;
    const pending = message.id === null ? undefined : this.#pending.get(message.id);
    if (!pending) return;
    if ('event' in message) {
      if (message.event === 'log') pending.onLog?.({ stream: message.stream, text: message.text });
      else if (message.event === 'result') pending.onPart?.({ index: message.index, result: message.result });
      else pending.onProgress?.({ share: message.share, text: message.text });
    } else if (message.ok) pending.resolve(message.result);
    else pending.reject(hostError(message.error, this.#connection.target.name));
  }

  #closed(code: number | null): void {
    if (!this.#open) return;
    this.#open = false;
    const error = this.#endedBecause(code);
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #endedBecause(code: number | null): AppError {
    const { target } = this.#connection;
    const said = this.#stderr.toLowerCase();
    if (!this.#spoke && code !== null && code !== 0) {
      if (
        /sudo: .*(password is required|not allowed|may not run|not in the sudoers)|sudo: not found/.test(said)
      ) {
        return new AppError(
          'sudo-missing',
          `${target.user} on ${target.name} may not start the host program with sudo.`,
          {
            server: target.name,
            hint: 'Prepare the server again: it writes the sudoers rule for the host program.',
            details: { stderr: this.#stderr },
          },
        );
      }
      if (/command not found|no such file|not found/.test(said)) {
        return new AppError('host-program-missing', `The host program is not installed on ${target.name}.`, {
          server: target.name,
          hint: 'Prepare the server: that installs it.',
        });
      }
      return new AppError(
        'host-refused',
        `The host program on ${target.name} ended at once with code ${code}.`,
        {
          server: target.name,
          hint: 'Prepare the server again; the details hold what it said.',
          details: { stderr: this.#stderr },
        },
      );
    }
    return connectionLost(target);
  }
}
