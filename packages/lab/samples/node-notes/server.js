import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { addNote, closeDatabase, listNotes } from './database.js';

const port = Number(process.env.PORT ?? 3000);
const host = process.env.HOST ?? '127.0.0.1';
const release = process.env.RELEASE ?? basename(process.cwd());

const escape = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

function page(stored) {
  const notes = (stored?.notes ?? []).map(({ body, server }) => `<li>${escape(body)} <small>via ${escape(server)}</small></li>`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Notes</title>
<style>body{font:16px/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}small{color:#666}</style>
<h1>Notes</h1>
<p>Answered by <strong>${escape(hostname())}</strong>, release <code>${escape(release)}</code>.</p>
<p>${stored ? `${stored.count} notes in the shared database.` : 'No database is configured.'}</p>
<form method="post" action="/notes"><input name="body" required maxlength="500" aria-label="Note"><button>Add</button></form>
<ul>${notes.join('')}</ul>
</html>`;
}

async function readBody(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) break;
  }
  return new URLSearchParams(text).get('body') ?? '';
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/whoami') {
    const identity = {
      server: hostname(),
      release,
      pid: process.pid,
      remoteAddress: request.socket.remoteAddress,
      forwardedFor: request.headers['x-forwarded-for'] ?? null,
    };
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(identity));
  }
  if (pathname === '/notes' && request.method === 'POST') {
    await addNote(await readBody(request), hostname());
    return response.writeHead(303, { location: '/' }).end();
  }
  if (pathname === '/notes') {
    const stored = await listNotes();
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(stored ?? null));
  }
  if (pathname === '/') {
    const html = page(await listNotes());
    return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(html);
  }
  return response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(`${request.method} ${request.url}: ${error.message}`);
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end('Something went wrong\n');
  });
});

// Longer than a proxy keeps its idle connections, so that the proxy is the one that closes.
server.keepAliveTimeout = 75_000;
server.listen(port, host, () => console.log(`listening on ${host}:${port}, release ${release}`));

process.on('SIGTERM', () => {
  server.close(() => closeDatabase());
  server.closeIdleConnections();
});
