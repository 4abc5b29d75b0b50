// The app that the faults happen to: no dependencies, so that a release is built in a moment.
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { env } from 'node:process';

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    request.resume();
    request.on('end', () => response.writeHead(303, { location: '/' }).end());
  } else if (request.url === '/' || request.url === '/whoami') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ server: hostname() }));
  } else {
    response.writeHead(404).end();
  }
});

// Longer than a proxy keeps its idle connections, so that the proxy is the one that closes.
server.keepAliveTimeout = 75_000;
server.listen(Number(env.PORT), env.HOST);
process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
