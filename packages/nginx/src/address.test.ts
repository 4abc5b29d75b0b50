import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addresses, ports } from '../testing/arbitraries.ts';
import { canonicalAddress, isUnicastAddress, parseSocketAddress, socketAddress } from './address.ts';
import { ipAddressSchema } from './spec.ts';

describe('addresses', { timeout: 60_000 }, () => {
  it('have one spelling', () => {
    expect(canonicalAddress('2001:DB8:0:0::1')).toBe('2001:db8::1');
    expect(canonicalAddress('::ffff:10.0.0.3')).toBe('10.0.0.3');
    expect(canonicalAddress('10.0.0.3')).toBe('10.0.0.3');
    fc.assert(fc.property(addresses, (address) => canonicalAddress(address) === address));
  });

  it.each([
    '0.0.0.0',
    '::',
    '0:0:0:0:0:0:0:0',
    '::ffff:0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    'ff02::1',
    'fe80::1',
    '::10.0.0.1',
    '::2',
  ])('are refused where no single machine can have them: %s', (address) => {
    expect(ipAddressSchema.safeParse(address).success).toBe(false);
  });

  it('of machines are taken', () => {
    for (const address of [
      '10.0.0.1',
      '127.0.0.1',
      '223.255.255.255',
      '::1',
      'fd00::1',
      'fe00::1',
      '2001:db8::ff02',
    ]) {
      expect(isUnicastAddress(address)).toBe(true);
    }
  });

  it('with a port read back as they were written', () => {
    fc.assert(
      fc.property(addresses, ports, (address, port) => {
        expect(parseSocketAddress(socketAddress(address, port))).toEqual({ address, port });
      }),
    );
  });
});
