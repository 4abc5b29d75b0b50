import { createServer, type Socket } from 'node:net';

const types = { endRequest: 3, params: 4, stdin: 5, stdout: 6 } as const;

function record(type: number, content: Buffer): Buffer {
  const header = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
  return Buffer.concat([header, content]);
}

/** Name and value pairs, each length in one byte or in four with the highest bit set. */
function readParams(data: Buffer): Record<string, string> {
  const params: Record<string, string> = {};
  let at = 0;
  const length = () => {
    const first = data.readUInt8(at);
    const long = first > 127;
    const size = long ? data.readUInt32BE(at) & 0x7fffffff : first;
    at += long ? 4 : 1;
    return size;
  };
  while (at < data.length) {
    const [nameLength, valueLength] = [length(), length()];
    const name = data.toString('utf8', at, at + nameLength);
    params[name] = data.toString('utf8', at + nameLength, at + nameLength + valueLength);
    at += nameLength + valueLength;
  }
  return params;
}

function answer(socket: Socket, params: Record<string, string>): void {
  const body = Buffer.from(`Content-Type: application/json\r\n\r\n${JSON.stringify(params)}`);
  socket.end(
    Buffer.concat([
      record(types.stdout, body),
      record(types.stdout, Buffer.alloc(0)),
      record(types.endRequest, Buffer.alloc(8)),
    ]),
  );
}

/**
 * A stand-in for PHP's process manager on a unix socket: answers every request with the parameters it was given.
 * @see https://fastcgi-archives.github.io/FastCGI_Specification.html
 */
export async function startFastcgiEcho(path: string): Promise<{ stop(): Promise<void> }> {
  const server = createServer((socket) => {
    let unread = Buffer.alloc(0);
    let params = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      while (unread.length >= 8) {
        const contentLength = unread.readUInt16BE(4);
        const end = 8 + contentLength + unread.readUInt8(6);
        if (unread.length < end) return;
        const type = unread.readUInt8(1);
        const content = unread.subarray(8, 8 + contentLength);
        unread = unread.subarray(end);
        if (type === types.params) params = Buffer.concat([params, content]);
        if (type === types.stdin && contentLength === 0) answer(socket, readParams(params));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
