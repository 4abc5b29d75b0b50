import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Listener, listen } from './listen.ts';
import { type ChangeEvent, notify } from './notify.ts';
import { createTestDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
let listener: Listener;
let heard: ChangeEvent[];
let gaps: number;

const change = (id: string): ChangeEvent => ({ o: 'o1', t: 'server', id });
const options = {
  onEvent: (event: ChangeEvent) => heard.push(event),
  onGap: () => {
    gaps += 1;
  },
};

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(() => {
  heard = [];
  gaps = 0;
});
afterEach(() => listener.close());
afterAll(() => database.close());

test('hears a change when its transaction commits, and nothing of one that does not', async () => {
  listener = await listen(database.url, options);
  const undone = database.prisma.$transaction(async (tx) => {
    await notify(tx, change('undone'));
    throw new Error('undo');
  });
  await expect(undone).rejects.toThrow('undo');
  await database.prisma.$transaction(async (tx) => {
    await notify(tx, change('a'));
    await notify(tx, change('a'));
    await notify(tx, change('b'));
    expect(heard).toEqual([]);
  });
  await expect.poll(() => heard).toEqual([change('a'), change('b')]);
  expect(gaps).toBe(0);
});

test('what is not ours on the channel changes nothing', async () => {
  listener = await listen(database.url, options);
  for (const payload of ['', 'null', '[]', '{"o":1}', '{']) {
    await database.prisma.$executeRaw`SELECT pg_notify('fairlead', ${payload})`;
  }
  await notify(database.prisma, change('a'));
  await expect.poll(() => heard).toEqual([change('a')]);
});

test('comes back after a cut connection and says that it may have missed something', async () => {
  listener = await listen(database.url, options);
  for (let cut = 1; cut <= 2; cut += 1) {
    await database.prisma.$queryRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
    await expect.poll(() => gaps).toBe(cut);
    await notify(database.prisma, change(`after-${cut}`));
    await expect.poll(() => heard).toContainEqual(change(`after-${cut}`));
  }
});

/** A relay whose connections can go silent or break, as a network does. */
async function startRelay() {
  const sockets: Socket[] = [];
  const { hostname, port } = new URL(database.url);
  const server: Server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) sockets.push(socket.on('error', () => {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(database.url);
  url.port = String(typeof address === 'object' ? address?.port : 0);
  return {
    url: url.href,
    silence: () => sockets.splice(0).map((socket) => socket.unpipe().pause()),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test('finds out about a peer that went silent', async () => {
  const relay = await startRelay();
  listener = await listen(relay.url, { ...options, heartbeatMs: 100 });
  const silenced = relay.silence();
  await expect.poll(() => gaps).toBe(1);
  await notify(database.prisma, change('a'));
  await expect.poll(() => heard).toEqual([change('a')]);
  for (const socket of silenced) socket.destroy();
  relay.close();
});

test('can be closed while the database is away', async () => {
  const relay = await startRelay();
  const errors: Error[] = [];
  listener = await listen(relay.url, { ...options, onError: (error) => errors.push(error) });
  relay.close();
  await expect.poll(() => errors.some((error) => error.message.includes('ECONNREFUSED'))).toBe(true);
  await listener.close();
  expect(gaps).toBe(0);
});

test('rejects where the first connection fails', async () => {
  const nowhere = new URL(database.url);
  nowhere.port = '1';
  await expect(listen(nowhere.href, options)).rejects.toThrow('ECONNREFUSED');
});
