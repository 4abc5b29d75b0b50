import { type ClientHttp2Session, connect, constants } from 'node:http2';

/** Visitors by HTTP/2 who send a second time only what the server says it has not looked at. */
export interface Http2Visitors {
  sent: number;
  /** Requests that got no answer, or another than 200. */
  lost: number;
  /** Requests that the server told to be sent by another connection, as it closed this one (RFC 9113, 6.8 and 8.7): they were. */
  refused: number;
  leave(): Promise<void>;
}

/** Each sends one request after the other over a connection of its own, and takes a new one when the server has told the one before to go. */
export function sendHttp2Visitors(
  count: number,
  { address, host, root, path }: { address: string; host: string; root: string; path: string },
): Http2Visitors {
  let here = true;
  const visitors: Http2Visitors = {
    sent: 0,
    lost: 0,
    refused: 0,
    leave: async () => {
      here = false;
      await Promise.all(visits);
    },
  };
  const open = () => {
    const session = connect(`https://${host}`, { host: address, servername: host, ca: root });
    session.on('error', () => undefined);
    return session;
  };
  const visits = Array.from({ length: count }, async () => {
    let session = open();
    const usable = () => {
      if (session.closed || session.destroyed) session = open();
      return session;
    };
    while (here) {
      visitors.sent += 1;
      let outcome = await ask(usable(), path);
      while (outcome === 'refused') {
        visitors.refused += 1;
        outcome = await ask(usable(), path);
      }
      if (outcome === 'lost') visitors.lost += 1;
    }
    session.destroy();
  });
  return visitors;
}

function ask(session: ClientHttp2Session, path: string): Promise<'answered' | 'refused' | 'lost'> {
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
    request.on('close', () => {
      if (status === 200 && isWhole) resolve('answered');
      else resolve(request.rstCode === constants.NGHTTP2_REFUSED_STREAM ? 'refused' : 'lost');
    });
    request.resume();
  });
}
