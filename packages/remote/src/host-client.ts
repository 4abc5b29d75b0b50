import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fairlead/errors';
import type { SshConnection } from './connection.ts';
import { cancelled } from './deadline.ts';
import { Heartbeat } from './heartbeat.ts';
import { HostChannel, type HostListener, type HostRequest } from './host-channel.ts';
import { deadlineOf } from './host-deadline.ts';
import {
  type Fence,
  type HostCall,
  type HostInput,
  type HostResult,
  type HostResults,
  type HostVerb,
  hostVerbs,
} from './host-protocol.ts';
import type { SshPool } from './pool.ts';
import { remoteTimeout } from './ssh-failure.ts';
import type { SshTarget } from './target.ts';

/** What a call carries besides its input. `fence` is needed by every verb that changes something. */
export interface HostCallOptions extends HostListener {
  fence?: Fence;
  signal?: AbortSignal;
  /** For the whole call, reconnecting included. Default: by verb, see {@link deadlineOf}. */
  timeoutMs?: number;
}

/** `heartbeatMs` (default 15,000): a call that hears nothing for that long asks `hello`; no answer in the same time cuts the channel. */
export interface HostClientOptions {
  command?: readonly string[];
  heartbeatMs?: number;
  /** How often a call connects again after the connection broke under it. Default 8. */
  reconnects?: number;
}

/** A cache: the resident program of each open connection, so that every client of a server shares one. */
const residents = new WeakMap<SshConnection, Map<string, Promise<HostChannel>>>();

/** Talks to the host program of one server. Cheap to make; the connection and the program are shared through the pool. */
export class HostClient {
  readonly target: SshTarget;
  readonly #pool: SshPool;
  readonly #command: readonly string[];
  readonly #heartbeatMs: number;
  readonly #reconnects: number;

  constructor(pool: SshPool, target: SshTarget, options: HostClientOptions = {}) {
    this.#pool = pool;
    this.target = target;
    this.#command = options.command ?? ['sudo', '-n', '/usr/lib/fairlead/host'];
    this.#heartbeatMs = options.heartbeatMs ?? 15_000;
    this.#reconnects = options.reconnects ?? 8;
  }

  /**
   * Runs one verb. When the connection breaks under it, connects again and states the same desire again: every verb is level-triggered, and long
   * work re-attaches on the host. Throws `invalid-input`, the host's own errors (codes of `@fairlead/errors`), `host-refused` (an answer that breaks
   * the contract), `sudo-missing`, `host-program-missing`, `connection-timeout` at the deadline, `cancelled`, and what connecting throws.
   */
  async call<V extends HostVerb>(
    verb: V,
    input: HostInput<V>,
    options: HostCallOptions = {},
  ): Promise<HostResult<V>> {
    const contract = hostVerbs[verb];
    const request: HostRequest = { verb, input: parseInput(verb, input) };
    if (contract.fenced) {
      if (!options.fence) throw new AppError('internal', `${verb} changes the server and needs a fence.`);
      request.fence = options.fence;
    }
    const timeoutMs = options.timeoutMs ?? deadlineOf(verb, input);
    const result = await this.#withDeadline(verb, timeoutMs, options.signal, (signal) =>
      this.#persist(request, options, signal),
    );
    return this.#parseResult(verb, result);
  }

  /**
   * Runs several verbs one after another on the host, for one round trip; what was done before a failure stays. Throws what {@link call} does: of a
   * verb that failed its own error, with its name as `details.verb`.
   */
  async sequence<const C extends readonly HostCall[]>(
    calls: C,
    options: HostCallOptions,
  ): Promise<HostResults<C>> {
    const parsed = calls.map(({ verb, input }) => ({ verb, input: parseInput(verb, input) }));
    const { results } = await this.call('sequence', { calls: parsed }, options);
    return calls.map(({ verb }, index) => this.#parseResult(verb, results[index])) as HostResults<C>;
  }

  /**
   * A {@link sequence} that goes on to one verb more: resolves with the results of the first ones as soon as these are there, and with the promise of the last
   * one's, for which the caller then waits, or not: it never goes unhandled. `first.signal` counts for the first ones alone: aborted before they are done, nothing
   * further begins. `options.signal` counts for the whole.
   */
  async sequenceOnto<const C extends readonly HostCall[], L extends HostCall>(
    calls: C,
    last: L,
    options: HostCallOptions & { first: { signal: AbortSignal } },
  ): Promise<[HostResults<C>, Promise<HostResult<L['verb']>>]> {
    const { first, signal, ...rest } = options;
    const cut = new AbortController();
    const onCut = () => cut.abort(first.signal.reason);
    if (first.signal.aborted) onCut();
    first.signal.addEventListener('abort', onCut, { once: true });
    const signals = signal === undefined ? [cut.signal] : [cut.signal, signal];
    const parts: unknown[] = [];
    let onParts = () => {};
    const allParts = new Promise<void>((resolve) => {
      onParts = resolve;
    });
    const whole = this.sequence([...calls, last], {
      ...rest,
      signal: AbortSignal.any(signals),
      onPart: ({ index, result }) => {
        parts[index] = result;
        // Told anew after a connection that broke: a result that is there is not asked for again.
        if (index === calls.length - 1) onParts();
      },
    });
    const answer = whole.then((results) => results[calls.length] as HostResult<L['verb']>);
    answer.catch(() => undefined);
    try {
      await Promise.race([allParts, whole]);
    } finally {
      first.signal.removeEventListener('abort', onCut);
    }
    const known = parts.length >= calls.length ? parts : await whole;
    const results = calls.map(({ verb }, index) => this.#parseResult(verb, known[index])) as HostResults<C>;
    return [results, answer];
  }

  #parseResult<V extends HostVerb>(verb: V, result: unknown): HostResult<V> {
    const parsed = hostVerbs[verb].result.safeParse(result);
    if (parsed.success) return parsed.data as HostResult<V>;
    throw new AppError(
      'host-refused',
      `The host program on ${this.target.name} answered ${verb} in an unknown form.`,
      {
        server: this.target.name,
        hint: 'Its version and this Fairlead differ: prepare the server again.',
        cause: parsed.error,
      },
    );
  }

  async #persist(request: HostRequest, listener: HostListener, signal: AbortSignal): Promise<unknown> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(request, listener, signal);
      } catch (error) {
        const again = attempt < this.#reconnects && isBroken(error, attempt > 0);
        if (!again || signal.aborted) throw error;
        await delay(Math.min(100 * 2 ** attempt, 3_000), undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw signal.reason;
      }
    }
  }

  async #once(request: HostRequest, listener: HostListener, signal: AbortSignal): Promise<unknown> {
    const connection = await this.#pool.acquire(this.target, { signal });
    const channel = await this.#resident(connection);
    const heart = new Heartbeat(channel, this.#heartbeatMs);
    try {
      return await channel.request(request, heart.watch(listener), signal);
    } finally {
      heart.stop();
    }
  }

  async #resident(connection: SshConnection): Promise<HostChannel> {
    const programs = residents.get(connection) ?? new Map<string, Promise<HostChannel>>();
    residents.set(connection, programs);
    const key = this.#command.join('\0');
    const known = programs.get(key);
    if (
      known &&
      (await known.then(
        (channel) => channel.isOpen,
        () => false,
      ))
    )
      return await known;
    if (programs.get(key) === known) programs.set(key, HostChannel.open(connection, this.#command));
    return await (programs.get(key) as Promise<HostChannel>);
  }

  async #withDeadline<T>(
    verb: string,
    timeoutMs: number,
    outer: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const inner = new AbortController();
    const onAbort = () => inner.abort(cancelled(outer?.reason));
    if (outer?.aborted) throw cancelled(outer.reason);
    outer?.addEventListener('abort', onAbort, { once: true });
    const timer = setTimeout(() => inner.abort(remoteTimeout(this.target, verb, timeoutMs)), timeoutMs);
    try {
      // Raced, so that a wait which knows no signal (a connection being opened for several callers) ends in time too.
      const stopped = new Promise<never>((_resolve, reject) => {
        inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
      });
      return await Promise.race([work(inner.signal), stopped]);
    } finally {
      clearTimeout(timer);
      outer?.removeEventListener('abort', onAbort);
    }
  }
}

/** Broke under way: worth connecting again. Once it broke, a server that is booting may also refuse or stay silent for a while. */
function isBroken(error: unknown, brokeBefore: boolean): boolean {
  if (!(error instanceof AppError)) return false;
  if (error.code === 'connection-lost') return error.retryable;
  return brokeBefore && (error.code === 'connection-refused' || error.code === 'connection-timeout');
}

function parseInput<V extends HostVerb>(verb: V, input: HostInput<V>): unknown {
  const parsed = hostVerbs[verb].input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError('invalid-input', `The input of ${verb} does not fit the contract.`, {
    details: {
      errors: parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message })),
    },
  });
}
