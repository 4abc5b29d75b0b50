import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { cacheRoot } from './place.ts';

/** Packages and by-hash indexes never change under their address; everything else is asked for again after this. */
const INDEX_FRESH_MS = 15 * 60_000;

/** A running package cache: `url` is what apt's `Acquire::http::Proxy` takes; `misses` counts what was downloaded. */
export interface AptCache {
  url: string;
  port: number;
  misses: () => number;
  close: () => Promise<void>;
}

/** `upstream` is the proxy this host itself must use, if any. */
export interface AptCacheOptions {
  upstream?: URL;
  folder?: string;
  indexFreshMs?: number;
}

/**
 * A forward proxy for apt that keeps what it fetched under the lab's cache, so that a package crosses the network
 * once for all machines and all runs. Only plain GETs, only `http:`; when the mirror is away, old indexes serve on.
 *
 * @param address where to listen
 */
export async function openAptCache(address: string, options: AptCacheOptions = {}): Promise<AptCache> {
  const { upstream, folder = `${cacheRoot()}/apt`, indexFreshMs = INDEX_FRESH_MS } = options;
  await mkdir(folder, { recursive: true });
  const underWay = new Map<string, Promise<number>>();
  let misses = 0;

  const fetchOnce = (url: URL, file: string): Promise<number> => {
    const pending = underWay.get(file);
    if (pending !== undefined) return pending;
    misses += 1;
    const download = fetchTo(url, file, upstream).finally(() => underWay.delete(file));
    underWay.set(file, download);
    return download;
  };

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing, { folder, indexFreshMs, fetchOnce }).catch((error: unknown) => {
      if (!outgoing.headersSent) outgoing.writeHead(502).end(String(error));
      else outgoing.destroy();
    });
  });
  server.listen(0, address);
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  server.unref();
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  return {
    url: `http://${address}:${port}`,
    port,
    misses: () => misses,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  store: { folder: string; indexFreshMs: number; fetchOnce: (url: URL, file: string) => Promise<number> },
): Promise<void> {
  if (incoming.method !== 'GET' || !incoming.url?.startsWith('http://')) {
    outgoing.writeHead(405).end();
    return;
  }
  const url = new URL(incoming.url);
  const file = `${store.folder}/${createHash('sha256').update(url.href).digest('hex')}`;
  let held = await stat(file).catch(() => undefined);
  if (!held || !(isImmutable(url) || Date.now() - held.mtimeMs < store.indexFreshMs)) {
    const status = await store.fetchOnce(url, file).catch((error: unknown) => {
      if (held) return 200;
      throw error;
    });
    if (status !== 200) {
      outgoing.writeHead(status).end();
      return;
    }
    held = await stat(file);
  }
  outgoing.writeHead(200, { 'content-length': held.size, 'content-type': 'application/octet-stream' });
  await pipeline(createReadStream(file), outgoing);
}

const isImmutable = (url: URL): boolean => /\.deb$|\/by-hash\//.test(url.pathname);

async function fetchTo(url: URL, file: string, upstream: URL | undefined): Promise<number> {
  const target = upstream
    ? { host: upstream.hostname, port: upstream.port || 80, path: url.href, headers: { host: url.host } }
    : {
        host: url.hostname,
        port: url.port || 80,
        path: `${url.pathname}${url.search}`,
        headers: { host: url.host },
      };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ ...target, timeout: 30_000 }, resolve)
      .on('timeout', function (this: { destroy: (error: Error) => void }) {
        this.destroy(new Error(`${url.host} is silent`));
      })
      .on('error', reject)
      .end();
  });
  if (response.statusCode !== 200) {
    response.resume();
    return response.statusCode ?? 502;
  }
  const partial = `${file}.${process.pid}`;
  try {
    await pipeline(response, createWriteStream(partial));
    await utimes(partial, new Date(), new Date());
    await rename(partial, file);
  } finally {
    await rm(partial, { force: true });
  }
  return 200;
}
