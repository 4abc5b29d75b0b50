import { Agent, request } from 'node:http';

export interface Visitors {
  sent: number;
  /** Requests that got no answer, or another than 200. */
  lost: number;
  leave(): Promise<void>;
}

/** Visitors who each send one request after the other over a connection that they keep, none twice: POST alone, or of these methods by turns. */
export function sendVisitors(
  count: number,
  port: number,
  host: string,
  methods: readonly ('GET' | 'POST')[] = ['POST'],
): Visitors {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const send = (method: 'GET' | 'POST') =>
    new Promise<boolean>((resolve) => {
      const body = method === 'POST' ? 'pay' : undefined;
      const headers = { Host: host, ...(body ? { 'Content-Length': String(body.length) } : {}) };
      const call = request({ agent, host: '127.0.0.1', port, method, path: '/pay', headers }, (response) => {
        response.resume().on('close', () => resolve(response.complete && response.statusCode === 200));
      });
      call.on('error', () => resolve(false));
      call.end(body);
    });
  let here = true;
  const visitors: Visitors = {
    sent: 0,
    lost: 0,
    leave: async () => {
      here = false;
      await Promise.all(visits);
      agent.destroy();
    },
  };
  const visits = Array.from({ length: count }, async () => {
    for (let turn = 0; here; turn += 1) {
      const answered = await send(methods[turn % methods.length] ?? 'POST');
      visitors.sent += 1;
      if (!answered) visitors.lost += 1;
    }
  });
  return visitors;
}
