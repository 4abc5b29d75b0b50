import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { domainAddresses } from './domain-addresses.ts';

const types = { a: 1, aaaa: 28 };
/** Records of the name server below, by name and type. @see https://www.rfc-editor.org/rfc/rfc1035#section-4.1 */
const zone: Record<string, Partial<Record<number, number[][]>>> = {
  'both.example.test': {
    [types.a]: [[203, 0, 113, 5]],
    [types.aaaa]: [[0x20, 1, 13, 184, ...Array(11).fill(0), 5]],
  },
  'four.example.test': {
    [types.a]: [
      [203, 0, 113, 5],
      [203, 0, 113, 6],
    ],
  },
  'mail.example.test': {},
};
const codes = { found: 0, failed: 2, unknown: 3 };

let server: Socket;
let silent: Socket;
beforeAll(async () => {
  server = createSocket('udp4');
  server.on('message', (question, { address, port }) => server.send(answer(question), port, address));
  silent = createSocket('udp4');
  await Promise.all(
    [server, silent].map((socket) => new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))),
  );
});
afterAll(() => {
  server.close();
  silent.close();
});
const at = (socket: Socket) => [`127.0.0.1:${socket.address().port}`];

/** A name server of one page: the question as it came, and what the zone has for it. */
function answer(question: Buffer): Buffer {
  const labels: string[] = [];
  let end = 12;
  for (let length = question[end] ?? 0; length > 0; length = question[end] ?? 0) {
    labels.push(question.subarray(end + 1, end + 1 + length).toString());
    end += 1 + length;
  }
  const name = labels.join('.').toLowerCase();
  const type = question.readUInt16BE(end + 1);
  const asked = question.subarray(12, end + 5);
  const records = zone[name]?.[type] ?? [];
  const code = name === 'broken.example.test' ? codes.failed : name in zone ? codes.found : codes.unknown;
  const head = Buffer.alloc(12);
  question.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  const body = records.map((data) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]),
  );
  return Buffer.concat([head, asked, ...body]);
}

test.each([
  ['both.example.test', { addresses: ['2001:db8::5', '203.0.113.5'], fault: null }],
  ['four.example.test', { addresses: ['203.0.113.5', '203.0.113.6'], fault: null }],
  ['mail.example.test', { addresses: [], fault: 'no-address' }],
  ['nobody.example.test', { addresses: [], fault: 'not-found' }],
  ['broken.example.test', { addresses: [], fault: 'unanswered' }],
])('%s', async (name, expected) => {
  const found = await domainAddresses(name, at(server));
  expect({ ...found, addresses: [...found.addresses].sort() }).toEqual(expected);
});

test('a name server that says nothing is given up', { timeout: 60_000 }, async () => {
  expect(await domainAddresses('both.example.test', at(silent))).toEqual({
    addresses: [],
    fault: 'unanswered',
  });
});
