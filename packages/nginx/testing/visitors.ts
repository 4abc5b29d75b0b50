import { Agent, request } from 'node:http';

export interface Visitors {
  sent: number;
  /** Requests that got no answer, or another than 200. */
  lost: number;
  leave(): Promise<void>;
}

/** Visitors who each send one POST after the other over a connection that they keep. */
export function sendVisitors(count: number, port: number, host: string): Visitors {
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const headers = { Host: host, 'Content-Length': '3' };
  const post = () =>
    new Promise<boolean>((resolve) => {
      const call = request(
        { agent, host: '127.0.0.1', port, method: 'POST', path: '/pay', headers },
        (response) => {
          response.resume().on('close', () => resolve(response.complete && response.statusCode === 200));
        },
      );
      call.on('error', () => resolve(false));
      call.end('pay');
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
    while (here) {
      const answered = await post();
      visitors.sent += 1;
      if (!answered) visitors.lost += 1;
    }
  });
  return visitors;
}
