import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AptCache, openAptCache } from './apt-cache.ts';

let folder: string;
let mirror: Server;
let asked: string[];
let cache: AptCache;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apt-cache-'));
  asked = [];
  mirror = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '');
    outgoing.writeHead(incoming.url?.includes('missing') ? 404 : 200).end(`body of ${incoming.url}`);
  });
  await once(mirror.listen(0, '127.0.0.1'), 'listening');
  cache = await openAptCache('127.0.0.1', { folder });
});

afterEach(async () => {
  await cache.close();
  mirror.close();
  await rm(folder, { recursive: true });
});

/** What apt does with a proxy: the whole address in the request line. */
const get = async (path: string, method = 'GET'): Promise<{ status: number; body: string }> => {
  const url = path.startsWith('/')
    ? `http://127.0.0.1:${(mirror.address() as AddressInfo).port}${path}`
    : path;
  const call = request({ host: '127.0.0.1', port: cache.port, path: url, method, agent: false }).end();
  const [response] = await once(call, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body };
};

describe('apt cache', () => {
  it('fetches a package once, also when several machines ask at the same time', async () => {
    const answers = await Promise.all([get('/pool/a.deb'), get('/pool/a.deb'), get('/pool/a.deb')]);
    expect(answers.map(({ body }) => body)).toEqual(Array(3).fill('body of /pool/a.deb'));
    expect(asked).toEqual(['/pool/a.deb']);
    await get('/pool/b.deb');
    expect(asked).toHaveLength(2);
    expect(cache.misses()).toBe(2);
  });

  it('serves what it has, an old index too, when the mirror is away', async () => {
    await cache.close();
    cache = await openAptCache('127.0.0.1', { folder, indexFreshMs: 0 });
    await get('/dists/InRelease');
    await get('/dists/InRelease');
    expect(asked).toHaveLength(2);
    mirror.closeAllConnections();
    const closed = once(mirror, 'close');
    const port = (mirror.address() as AddressInfo).port;
    mirror.close();
    await closed;
    expect(await get(`http://127.0.0.1:${port}/dists/InRelease`)).toEqual({
      status: 200,
      body: 'body of /dists/InRelease',
    });
    expect((await get(`http://127.0.0.1:${port}/dists/other`)).status).toBe(502);
  });

  it('passes a 404 on and does not keep it', async () => {
    expect((await get('/missing.deb')).status).toBe(404);
    expect((await get('/missing.deb')).status).toBe(404);
    expect(asked).toHaveLength(2);
  });

  it('is a proxy for plain GETs only', async () => {
    expect((await get('/pool/a.deb', 'POST')).status).toBe(405);
    expect((await get('ftp://127.0.0.1/a')).status).toBe(405);
    expect(asked).toEqual([]);
  });
});
