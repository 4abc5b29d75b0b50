import { type ClientHttp2Session, connect } from 'node:http2';

/** Visitors by HTTP/2 who never send twice. */
export interface Http2Visitors {
  sent: number;
  /** Requests that got no answer, or another than 200. */
  lost: number;
  /** Connections that the server told to go away. */
  toldToGo: number;
  leave(): Promise<void>;
}

/** Who sends one request after the other over a connection each; a new one when the server has told the one before to go. */
export function sendHttp2Visitors(
  count: number,
  { address, host, root, path }: { address: string; host: string; root: string; path: string },
): Http2Visitors {
  let here = true;
  const visitors: Http2Visitors = {
    sent: 0,
    lost: 0,
    toldToGo: 0,
    leave: async () => {
      here = false;
      await Promise.all(visits);
    },
  };
  const open = () => {
    const session = connect(`https://${host}`, { host: address, servername: host, ca: root });
    session.on('error', () => undefined);
    session.on('goaway', () => {
      visitors.toldToGo += 1;
    });
    return session;
  };
  const visits = Array.from({ length: count }, async () => {
    let session = open();
    while (here) {
      if (session.closed || session.destroyed) session = open();
      visitors.sent += 1;
      if (!(await isAnswered(session, path))) visitors.lost += 1;
    }
    session.destroy();
  });
  return visitors;
}

function isAnswered(session: ClientHttp2Session, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = session.request({ ':path': path });
    let status = 0;
    let isWhole = false;
    request.on('response', (headers) => {
      status = Number(headers[':status']);
    });
    request.on('end', () => {
      isWhole = true;
    });
    request.on('error', () => undefined);
    request.on('close', () => resolve(status === 200 && isWhole));
    request.resume();
  });
}
