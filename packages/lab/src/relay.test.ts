import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRelay, type Relay } from './relay.ts';

let echo: Server;
let relay: Relay | undefined;

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {}).pipe(socket);
  });
  await once(echo.listen(0, '127.0.0.1'), 'listening');
});

afterEach(async () => {
  await relay?.close();
  echo.close();
});

const openTo = async (delayMs: number): Promise<Socket> => {
  relay = await openRelay({
    target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port },
    delayMs,
  });
  return connect({ port: relay.port, host: relay.host, noDelay: true, allowHalfOpen: true });
};

const roundTripMs = async (socket: Socket): Promise<number> => {
  const startedMs = performance.now();
  socket.write('x');
  await once(socket, 'data');
  return performance.now() - startedMs;
};

describe('relay', () => {
  it.each([0, 20])('adds %i ms to a round trip', async (delayMs) => {
    const socket = await openTo(delayMs);
    const first = await roundTripMs(socket);
    const trips: number[] = [];
    for (let count = 0; count < 9; count += 1) trips.push(await roundTripMs(socket));
    // The quickest of them: the others may have waited for the processor.
    const quickest = Math.min(...trips);
    // Timers and the clock that is read differ by parts of a millisecond.
    expect(Math.round(quickest)).toBeGreaterThanOrEqual(delayMs);
    expect(quickest).toBeLessThan(delayMs + 8);
    expect(Math.round(first)).toBeGreaterThanOrEqual(delayMs * 2);
    socket.destroy();
  });

  it('keeps every byte in order and passes the end on', async () => {
    const socket = await openTo(10);
    const sent = randomBytes(20 * 1024 * 1024);
    socket.end(sent);
    const received: Buffer[] = [];
    for await (const chunk of socket) received.push(chunk as Buffer);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  it('drops connections while it is cut and takes new ones when joined', async () => {
    const socket = await openTo(0);
    await roundTripMs(socket);
    const closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve));
    relay?.cut();
    await closed;
    const refused = connect({ port: relay?.port ?? 0, host: '127.0.0.1' }).on('error', () => {});
    await new Promise((resolve) => refused.once('close', resolve));
    relay?.join();
    const again = connect({ port: relay?.port ?? 0, host: '127.0.0.1' });
    expect(await roundTripMs(again)).toBeLessThan(1000);
    again.destroy();
  });
});
