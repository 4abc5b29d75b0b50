import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ResponseReader } from './response-reader.ts';

/** Feeds `text` in pieces cut at `cuts`, then the end of the connection when the reader asks for more. */
function read(text: string, cuts: number[] = []) {
  const bytes = Buffer.from(text, 'latin1');
  const reader = new ResponseReader();
  const edges = [
    0,
    ...[...new Set(cuts)].filter((cut) => cut < bytes.length).sort((a, b) => a - b),
    bytes.length,
  ];
  for (const [index, edge] of edges.entries()) {
    const next = edges[index + 1];
    if (next === undefined) break;
    const state = reader.feed(bytes.subarray(edge, next));
    if (state === 'invalid') return { end: 'invalid', status: reader.status, reusable: false };
    if (state === 'done')
      return { end: 'done', status: reader.status, reusable: reader.reusable && next === bytes.length };
  }
  return { end: reader.end() ? 'closed' : 'cut', status: reader.status, reusable: reader.reusable };
}

const answers: [string, { end: string; status: number; reusable: boolean }][] = [
  ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok', { end: 'done', status: 200, reusable: true }],
  ['HTTP/1.1 200\r\ncontent-length:0\r\n\r\n', { end: 'done', status: 200, reusable: true }],
  ['HTTP/1.1 204 No Content\r\n\r\n', { end: 'done', status: 204, reusable: true }],
  [
    'HTTP/1.1 503 Down\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx',
    { end: 'done', status: 503, reusable: false },
  ],
  ['HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx', { end: 'done', status: 200, reusable: false }],
  [
    'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx',
    { end: 'done', status: 200, reusable: true },
  ],
  ['HTTP/1.1 200 OK\r\n\r\nuntil the end', { end: 'closed', status: 200, reusable: false }],
  [
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 301 Moved\r\nContent-Length: 0\r\n\r\n',
    { end: 'done', status: 301, reusable: true },
  ],
  [
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwiki\r\n5;a=b\r\npedia\r\n0\r\nX-T: 1\r\n\r\n',
    { end: 'done', status: 200, reusable: true },
  ],
];

describe('a response', () => {
  test.each(answers)('%j is read to its end', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  test('means the same however the network cuts it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...answers), fc.array(fc.nat({ max: 120 })), ([text, expected], cuts) => {
        expect(read(text, cuts)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    'SSH-2.0-OpenSSH_9.2p1 Debian\r\n',
    'HTTP/2.0 200 OK\r\n\r\n',
    'HTTP/1.1 20 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    '220 mail.example ESMTP\r\n',
    `HTTP/1.1 200 OK\r\n${'x'.repeat(40_000)}`,
  ])('%j is not HTTP', (text) => {
    expect(read(text).end).toBe('invalid');
  });

  test('that is cut short has no end', () => {
    expect(read('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc').end).toBe('cut');
    expect(read('HTTP/1.1 200').end).toBe('cut');
  });

  test('with a long body is judged by its head, and its connection not used again', () => {
    const text = `HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n${'x'.repeat(1000)}`;
    expect(read(text)).toEqual({ end: 'done', status: 200, reusable: false });
  });

  test('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(200)), (noise, cuts) => {
        read(noise, cuts);
        read(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${noise}`, cuts);
      }),
    );
  });
});
