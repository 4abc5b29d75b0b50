import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Api } from './api.ts';

export interface ApiServer {
  /** `http://127.0.0.1:<port>` */
  url: string;
  close(): Promise<void>;
}

/** The API alone on a socket: what tests ask over HTTP. @param port 0: any free one */
export async function startApiServer(api: Api, port = 0, hostname = '127.0.0.1'): Promise<ApiServer> {
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: api.fetch, port, hostname }, () => resolve(started));
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${hostname}:${bound}`,
    close: () =>
      new Promise((resolve, reject) => {
        if ('closeAllConnections' in server) server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}

/** `clientAddress` of {@link startApiServer}: the socket's other end. */
export function socketAddress(_request: Request, env: unknown): string | undefined {
  return (env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined)?.incoming?.socket
    ?.remoteAddress;
}
