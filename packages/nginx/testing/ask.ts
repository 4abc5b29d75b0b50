import { type IncomingHttpHeaders, request } from 'node:http';

export interface Question {
  port: number;
  path?: string;
  method?: string;
  /** Sent as they are, `Host` too. */
  headers?: Record<string, string>;
  /** The address to ask from; the address to ask. */
  from?: string;
  to?: string;
  body?: string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request over a connection of its own. */
export function ask({ port, from, to = '127.0.0.1', body, ...options }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: to, port, localAddress: from, agent: false, ...options },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
