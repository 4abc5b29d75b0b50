import { expect, it } from 'vitest';
import { installedNginx, testConfig } from '../testing/real-nginx.ts';
import { frontSpecSchema, readFront, renderFront } from './index.ts';

/** Of tables with many entries Nginx says that finding one takes longer. */
const largeTables =
  /^.* could not build optimal (?:variables_hash|proxy_headers_hash|proxy_hide_headers_hash), .*\n/gm;

it('the longest and the most of everything is accepted by the installed Nginx, and reads back', {
  timeout: 60_000,
}, async () => {
  const value = '$'.repeat(20) + 'x'.repeat(1980);
  const fields = Array.from({ length: 50 }, (_, index) => ({ name: `X-${index}-`.padEnd(46, 'a'), value }));
  const long = (index: number) => `/${'a'.repeat(500)}${index}/`;
  const spec = frontSpecSchema.parse({
    kind: 'front',
    app: 'shop-with-a-name-of-31-letters1',
    generation: 1,
    names: ['a.example.com'],
    listenPort: 61_901,
    method: 'round_robin',
    servers: [{ address: '127.0.0.1', port: 80 }],
    http: {
      requestHeaders: fields,
      responseHeaders: fields,
      redirects: Array.from({ length: 500 }, (_, index) => ({
        match: 'prefix',
        from: long(index),
        to: `/${'$'.repeat(20)}${'b'.repeat(1000)}/`,
        keepPath: true,
      })),
      routes: Array.from({ length: 50 }, (_, index) => ({
        prefix: long(500 + index),
        app: `api-${index}`,
        stripPrefix: true,
      })),
      access: Array.from({ length: 500 }, (_, index) => ({
        action: 'deny',
        source: `10.${index >> 8}.${index & 255}.0/24`,
      })),
      rateLimit: { requests: 10_000, per: 'second', burst: 100_000 },
      snippet: Array.from({ length: 8 }, (_, index) => `# ${index} ${'c'.repeat(1900)}`).join('\n'),
    },
  });
  const { content } = renderFront(spec, await installedNginx());
  const { accepted, output } = await testConfig([content]);
  expect({ accepted, output: output.replace(largeTables, '') }).toEqual({ accepted: true, output: '' });
  expect(readFront(content)).toEqual(spec);
  const closed = { ...spec, maintenance: true };
  const kept = renderFront(closed, await installedNginx()).content;
  expect(await testConfig([kept])).toEqual({ accepted: true, output: '' });
  expect(readFront(kept)).toEqual(closed);
});

it.each([29, 30, 31])('a sticky cookie is accepted for an app whose name has %i letters', async (length) => {
  const spec = frontSpecSchema.parse({
    kind: 'front',
    app: 'a-'.padEnd(length, 'b'),
    generation: 1,
    names: ['a.example.com'],
    listenPort: 61_902,
    method: 'sticky',
    stickyCookie: 'seat',
    servers: [{ address: '127.0.0.1', port: 80 }],
  });
  const { content } = renderFront(spec, await installedNginx());
  expect(await testConfig([content])).toEqual({ accepted: true, output: '' });
  expect(readFront(content)).toEqual(spec);
});
