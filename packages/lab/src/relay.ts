import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Where a relay listens and where it leads. */
export interface RelayOptions {
  /** `port` 0, the default, takes a free one. */
  listen?: { host?: string; port?: number };
  target: { host: string; port: number };
  /** Round trip that the relay adds, in milliseconds: half of it in each direction, and one for the TCP handshake. */
  delayMs: number;
}

/** A running relay. `cut` drops the open connections and takes no new ones until `join`. */
export interface Relay {
  host: string;
  port: number;
  cut: () => void;
  join: () => void;
  close: () => Promise<void>;
}

/** Bytes on the way in one direction of one connection before its sender is paused. */
const WINDOW_BYTES = 8 * 1024 * 1024;

/**
 * A TCP relay in userspace with the delay of a longer line, as not every kernel has `tc netem`. A client learns that
 * it is connected at once, so the handshake's round trip is added before the target sees the connection.
 */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const { target, delayMs } = options;
  const sockets = new Set<Socket>();
  let isCut = false;
  const track = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.setNoDelay(true).on('close', () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    track(client).on('error', () => client.destroy());
    client.pause();
    after(delayMs === 0 ? 0 : delayMs * 1.5, () => {
      if (client.destroyed) return;
      const far = track(connect({ ...target, allowHalfOpen: true })).on('error', () =>
        client.resetAndDestroy(),
      );
      forward(client, far, delayMs / 2);
      forward(far, client, delayMs / 2);
    });
  });
  server.listen(options.listen?.port ?? 0, options.listen?.host ?? '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  const bound = server.address();
  return {
    host: options.listen?.host ?? '127.0.0.1',
    port: typeof bound === 'object' && bound ? bound.port : 0,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    join: () => {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function forward(from: Socket, to: Socket, delayMs: number): void {
  let bytesOnTheWay = 0;
  from.on('data', (chunk: Buffer) => {
    bytesOnTheWay += chunk.length;
    if (bytesOnTheWay > WINDOW_BYTES) from.pause();
    after(delayMs, () => {
      to.write(chunk, () => {
        bytesOnTheWay -= chunk.length;
        if (bytesOnTheWay <= WINDOW_BYTES / 2) from.resume();
      });
    });
  });
  from.on('end', () => after(delayMs, () => to.end()));
  from.on('close', () => after(delayMs, () => (from.readableEnded ? to.end() : to.destroy())));
  from.resume();
}

// Timers of one length fire in the order they were set, so bytes keep theirs.
function after(ms: number, work: () => void): void {
  if (ms === 0) work();
  else setTimeout(work, ms);
}
