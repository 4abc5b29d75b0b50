import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addresses, words } from '../testing/arbitraries.ts';
import { ask } from '../testing/ask.ts';
import { freePorts, makePrefix, type Prefix, startNginx } from '../testing/real-nginx.ts';
import { serialise } from './serialise.ts';
import { block, directive } from './tree.ts';

// A word with `$` is a variable to `return`; what is quoted here are words, not expressions.
const sent = fc.sample(
  words.filter((word) => !word.includes('$') && word !== ''),
  200,
);
let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let port: number;

beforeAll(async () => {
  [port = 0] = await freePorts(1);
  prefix = await makePrefix();
  const locations = sent.map((word, index) =>
    block('location', ['=', `/${index}`], directive('return', 200, word)),
  );
  const echo = [
    directive('set_real_ip_from', '127.0.0.1'),
    directive('real_ip_header', 'X-Real-IP'),
    block('location', ['=', '/address'], directive('return', 200, '$remote_addr')),
  ];
  nginx = await startNginx(prefix, [
    serialise([block('server', [], directive('listen', port), ...echo, ...locations)]),
  ]);
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await prefix?.remove();
}, 60_000);

describe('Nginx itself', { timeout: 60_000 }, () => {
  it('reads the words that the serialiser wrote', async () => {
    for (const [index, word] of sent.entries()) {
      expect((await ask({ port, path: `/${index}` })).body).toBe(word);
    }
  });

  it('spells addresses as the schemas do, on which admission to a backend rests', async () => {
    for (const address of fc.sample(addresses, 200)) {
      expect((await ask({ port, path: '/address', headers: { 'X-Real-IP': address } })).body).toBe(address);
    }
  });
});
