import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { AppError } from '@fairlead/errors';
import { type ConnectLimits, connectSsh } from './connect.ts';
import type { SshConnection } from './connection.ts';
import { cancelled, withDeadline } from './deadline.ts';
import { maxJumps, type SshTarget } from './target.ts';

/** `idleMs` (default 120,000): how long an unused connection is kept. `limits`: see {@link ConnectLimits}. */
export interface SshPoolOptions {
  idleMs?: number;
  limits?: Partial<ConnectLimits>;
}

interface Entry {
  signature: string;
  connecting: Promise<SshConnection>;
  connection: SshConnection | null;
}

/** Keeps one connection for each server and user, opens it when needed and closes it when idle. */
export class SshPool {
  readonly #entries = new Map<string, Entry>();
  readonly #limits: Partial<ConnectLimits>;
  readonly #idleMs: number;
  readonly #sweeper: NodeJS.Timeout;
  #closed = false;

  constructor(options: SshPoolOptions = {}) {
    this.#limits = options.limits ?? {};
    this.#idleMs = options.idleMs ?? 120_000;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(this.#idleMs, 15_000)).unref();
  }

  /**
   * The open connection to `target`, connecting (once for all who ask) when there is none. A target whose address, pinned key,
   * private key or jump host changed gets a new connection; so does one who asks `anew`, unless somebody is using the open one. A new one runs over
   * `transport` when it is given. Throws what {@link connectSsh} throws. `signal` ends the wait alone.
   */
  async acquire(
    target: SshTarget,
    options: { signal?: AbortSignal; anew?: boolean; transport?: Duplex } = {},
  ): Promise<SshConnection> {
    if (options.signal?.aborted) throw cancelled(options.signal.reason);
    const entry = this.#entryFor(target, options);
    if (entry.connection) {
      entry.connection.lastUsedAt = Date.now();
      return entry.connection;
    }
    if (!options.signal) return await entry.connecting;
    return await withDeadline(entry.connecting, 2 ** 31 - 1, () => cancelled(), options.signal);
  }

  /** How many connections are open. */
  get size(): number {
    return [...this.#entries.values()].filter((entry) => entry.connection?.isOpen).length;
  }

  /** Closes the connections to one server, for instance after it was removed. */
  disconnect(serverId: string): void {
    for (const [key, entry] of this.#entries) if (key.startsWith(`${serverId}\n`)) this.#discard(key, entry);
  }

  /** Closes everything; the pool refuses further work. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#sweeper);
    for (const [key, entry] of this.#entries) this.#discard(key, entry);
  }

  #entryFor(target: SshTarget, { anew, transport }: { anew?: boolean; transport?: Duplex }): Entry {
    if (this.#closed) throw new AppError('cancelled', 'The SSH connections are being closed.');
    const key = `${target.serverId}\n${target.user}`;
    const signature = signatureOf(target);
    const known = this.#entries.get(key);
    const isIdle = known?.connection?.inUse === 0;
    if (known?.signature === signature && !(anew && isIdle)) {
      transport?.destroy();
      return known;
    }
    if (known) this.#discard(key, known);
    const entry: Entry = { signature, connection: null, connecting: this.#connect(target, transport) };
    this.#entries.set(key, entry);
    const forget = () => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry.connecting.then((connection) => {
      entry.connection = connection;
      connection.onClose(forget);
    }, forget);
    return entry;
  }

  async #connect(target: SshTarget, transport?: Duplex): Promise<SshConnection> {
    const through = target.jump ? await this.acquire(target.jump) : undefined;
    return await connectSsh(target, { limits: this.#limits, through, transport });
  }

  #discard(key: string, entry: Entry): void {
    this.#entries.delete(key);
    if (entry.connection) entry.connection.close();
    else {
      entry.connecting.then(
        (connection) => connection.close(),
        () => undefined,
      );
    }
  }

  #sweep(): void {
    const before = Date.now() - this.#idleMs;
    for (const [key, entry] of this.#entries) {
      const { connection } = entry;
      if (connection && connection.inUse === 0 && connection.lastUsedAt < before) this.#discard(key, entry);
    }
  }
}

/** Everything that makes a connection another one; of the private key it holds a digest alone. */
function signatureOf(target: SshTarget, depth = 0): string {
  if (depth > maxJumps) {
    throw new AppError('invalid-input', `More than ${maxJumps} jump hosts stand before ${target.name}.`, {
      hint: 'Look for a loop in the jump hosts.',
    });
  }
  const key = createHash('sha256').update(target.privateKey.reveal()).digest('base64');
  const own = [target.address, target.port, target.user, target.hostKey, key];
  return JSON.stringify([own, target.jump ? signatureOf(target.jump, depth + 1) : null]);
}
