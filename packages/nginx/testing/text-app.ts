import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer as it came over the wire, still compressed. */
export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface TextApp {
  port: number;
  /** One request for `path` to a front. */
  raw(port: number, host: string, path: string, headers?: Record<string, string>): Promise<RawAnswer>;
  /** Asks a front for `/parts` and answers each part with the milliseconds at which it arrived. */
  partsSeen(port: number, host: string): Promise<{ text: string; atMs: number }[]>;
  /** Asks a front for 64 MiB and reads none of it: whether the app could hand all of it over within two seconds. */
  isFreedFromIdleReader(port: number, host: string): Promise<boolean>;
  stop(): Promise<void>;
}

const types: Record<string, string> = {
  '/json': 'application/json',
  '/image': 'image/png',
  '/events': 'text/event-stream',
  '/html': 'text/html',
};

/**
 * An app on a loopback port that answers `/json?2000` with so many characters, waits in `/silent?500` for so many milliseconds, writes five parts with
 * 100 ms between them in `/parts`, answers 64 MiB in `/big`, and echoes what comes over an upgraded connection.
 */
export async function startTextApp(): Promise<TextApp> {
  let freed: (() => void) | undefined;
  const server = createServer((asked, answer) => {
    const [path = '', count = '0'] = (asked.url ?? '').split('?');
    asked.resume();
    answer.setHeader('X-Powered-By', 'texts');
    if (path === '/silent') return void setTimeout(() => answer.end('late'), Number(count));
    if (path === '/big') {
      answer.on('finish', () => freed?.());
      return void answer.end(Buffer.alloc(64 * 1024 ** 2));
    }
    if (path === '/parts') {
      answer.setHeader('Content-Type', 'text/plain');
      let part = 0;
      const timer = setInterval(() => {
        part += 1;
        answer.write(`part ${part}\n`);
        if (part < 5) return;
        clearInterval(timer);
        answer.end();
      }, 100);
      return;
    }
    answer.setHeader('Content-Type', types[path] ?? 'text/plain');
    answer.end('a'.repeat(Number(count)));
  });
  server.on('upgrade', (_, socket, head) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const open = (port: number, host: string, path: string, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, headers: { Host: host, ...headers }, agent: false };
      request(options, resolve).on('error', reject).end();
    });
  return {
    port: (server.address() as AddressInfo).port,
    raw: async (port, host, path, headers) => {
      const answer = await open(port, host, path, headers);
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
    },
    partsSeen: async (port, host) => {
      const begun = performance.now();
      const seen: { text: string; atMs: number }[] = [];
      for await (const chunk of await open(port, host, '/parts'))
        seen.push({ text: String(chunk), atMs: performance.now() - begun });
      return seen;
    },
    isFreedFromIdleReader: async (port, host) => {
      const isFreed = new Promise<boolean>((resolve) => {
        freed = () => resolve(true);
        setTimeout(() => resolve(false), 2000);
      });
      const answer = await open(port, host, '/big');
      answer.pause();
      const result = await isFreed;
      answer.destroy();
      return result;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
