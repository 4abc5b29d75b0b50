import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the app saw of a request. */
export interface Echo {
  app: string;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

export interface EchoApp {
  name: string;
  port: number;
  /** Requests so far, as `POST /path`. */
  seen: string[];
  /** Lets answers to `/stream` end. */
  finishStreams(): void;
  stop(): Promise<void>;
}

/**
 * A backend on a loopback port: answers every request with what it saw, drops the connection on `/break`, streams on `/stream` until told to
 * finish, and echoes what comes over an upgraded connection.
 */
export async function startEchoApp(name: string): Promise<EchoApp> {
  const seen: string[] = [];
  const streams: (() => void)[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.setHeader('X-Powered-By', 'echo');
    response.setHeader('X-Seen-By', 'app');
    if (request.url === '/break') return void request.socket.destroy();
    if (request.url === '/stream') {
      response.setHeader('X-Accel-Buffering', 'no');
      response.write('first');
      return void streams.push(() => response.end('last'));
    }
    const { method = '', url = '', headers } = request;
    request
      .resume()
      .on('end', () => response.end(JSON.stringify({ app: name, method, url, headers } satisfies Echo)));
  });
  server.on('upgrade', (request, socket, head) => {
    seen.push(`UPGRADE ${request.url}`);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(head);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    name,
    port: (server.address() as AddressInfo).port,
    seen,
    finishStreams: () => {
      for (const finish of streams.splice(0)) finish();
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
