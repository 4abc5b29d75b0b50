import { Socket } from 'node:net';
import pg from 'pg';
import { type ChangeEvent, notifyChannel } from './notify.ts';

export interface ListenOptions {
  onEvent(event: ChangeEvent): void;
  /** The connection was lost and is back: what happened in between was not heard, so read everything again. */
  onGap?(): void;
  /** A connection could not be made or broke; the listener goes on trying. */
  onError?(error: Error): void;
  /** How often a silent connection is tried, ms; default 15,000. */
  heartbeatMs?: number;
}

/** Hears changes until it is closed. */
export interface Listener {
  close(): Promise<void>;
}

const firstRetryMs = 50;
const longestRetryMs = 5_000;

function parseEvent(payload: string | undefined): ChangeEvent | undefined {
  try {
    const { o, t, id } = JSON.parse(payload ?? '') as Record<string, unknown>;
    return typeof o === 'string' && typeof t === 'string' && typeof id === 'string'
      ? { o, t, id }
      : undefined;
  } catch {
    // Any role of the database may notify on the channel; what is not ours means nothing to us.
    return undefined;
  }
}

/** One connection from LISTEN to its end. */
class Ear {
  readonly #client: pg.Client;
  readonly #timer: NodeJS.Timeout;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly ended: Promise<void>;

  private constructor(client: pg.Client, socket: Socket, options: ListenOptions) {
    this.#client = client;
    this.ended = new Promise((resolve) => client.once('end', () => resolve()));
    client.on('error', (error) => options.onError?.(error));
    client.on('notification', ({ payload }) => {
      const event = parseEvent(payload);
      if (event !== undefined) options.onEvent(event);
    });
    // A peer that vanished without a word answers no query within `query_timeout`.
    const beat = () => {
      client.query('SELECT 1').then(
        () => this.#timer.refresh(),
        () => socket.destroy(),
      );
    };
    this.#timer = setTimeout(beat, options.heartbeatMs ?? 15_000);
    this.#timer.unref();
    void this.ended.then(() => clearTimeout(this.#timer));
  }

  static async open(url: string, options: ListenOptions): Promise<Ear> {
    const socket = new Socket();
    const client = new pg.Client({
      connectionString: url,
      stream: () => socket,
      keepAlive: true,
      connectionTimeoutMillis: 20_000,
      query_timeout: 5_000,
    });
    const ear = new Ear(client, socket, options);
    try {
      await client.connect();
      await client.query(`LISTEN ${client.escapeIdentifier(notifyChannel)}`);
    } catch (error) {
      await ear.close();
      throw error;
    }
    return ear;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#client.end().catch(() => {});
  }
}

/**
 * Hears what `notify` tells, on a connection of its own that comes back by itself.
 *
 * @param url a direct connection: a pooler in transaction mode does not pass notifications on
 * @returns when it listens; rejects where the first connection fails
 */
export async function listen(url: string, options: ListenOptions): Promise<Listener> {
  const stopped = new AbortController();
  let ear = await Ear.open(url, options);

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      stopped.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });

  const reopen = async () => {
    for (
      let retryMs = firstRetryMs;
      !stopped.signal.aborted;
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    ) {
      await pause(retryMs);
      if (stopped.signal.aborted) return;
      try {
        ear = await Ear.open(url, options);
        if (stopped.signal.aborted) await ear.close();
        else options.onGap?.();
        return;
      } catch (error) {
        options.onError?.(error as Error);
      }
    }
  };

  const keep = async () => {
    while (!stopped.signal.aborted) {
      await ear.ended;
      await reopen();
    }
  };
  const kept = keep();

  return {
    close: async () => {
      stopped.abort();
      await ear.close();
      await kept;
    },
  };
}
