import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalNetwork } from './access-settings.ts';

describe('a network', () => {
  it.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['10.1.2.3/32', '10.1.2.3'],
    ['192.168.77.1/20', '192.168.64.0/20'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['2001:DB8:0:0::1/128', '2001:db8::1'],
    ['2001:db8:ffff::1/36', '2001:db8:f000::/36'],
    ['2001:db8::1/0', '::/0'],
    ['::1', '::1'],
    ['all', 'all'],
  ])('%s is %s', (text, network) => {
    expect(canonicalNetwork(text)).toBe(network);
  });

  it.each([
    '',
    'ALL',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0',
    '::/129',
    '::ffff:10.0.0.1/100',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
  ])('%j is none', (text) => {
    expect(canonicalNetwork(text)).toBeNull();
  });

  it('has one spelling, whatever bits stand behind its length', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.integer({ min: 0, max: 128 }), (address, length) => {
        const network = canonicalNetwork(`${address}/${length}`);
        if (network !== null) expect(canonicalNetwork(network)).toBe(network);
      }),
    );
  });
});
