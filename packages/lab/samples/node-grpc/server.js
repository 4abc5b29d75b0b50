import { createServer as createHttp1 } from 'node:http';
import { createServer as createHttp2 } from 'node:http2';
import { createServer } from 'node:net';
import { hostname } from 'node:os';

// One port for both: HTTP/1.1 for health, HTTP/2 for gRPC. What a client of HTTP/2 says first tells them apart.
const port = Number(process.env.PORT ?? 3000);
const host = process.env.HOST ?? '127.0.0.1';

const http1 = createHttp1((request, response) => {
  const isKnown = new URL(request.url, 'http://localhost').pathname === '/whoami';
  response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ server: hostname() }));
});

/** A message of gRPC: not compressed, its length, its bytes. */
function message(text) {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

const http2 = createHttp2();
http2.on('stream', (stream, headers) => {
  const path = headers[':path'];
  const isKnown = ['/shop.Orders/Echo', '/shop.Orders/Chat', '/shop.Orders/Who'].includes(path);
  stream.on('error', () => {});
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': isKnown ? '0' : '12' }));
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  if (path === '/shop.Orders/Who') {
    stream.resume().on('end', () => stream.end(message(hostname())));
  } else if (isKnown) stream.pipe(stream);
  else stream.end();
});

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (first) => {
    socket.pause();
    socket.unshift(first);
    const chosen = first.toString('latin1').startsWith('PRI ') ? http2 : http1;
    chosen.emit('connection', socket);
    process.nextTick(() => socket.resume());
  });
});
server.listen(port, host, () => console.log(`listening on ${host}:${port}`));

process.on('SIGTERM', () => {
  server.close();
  setTimeout(() => process.exit(0), 200);
});
