import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostnames, slugs } from '../testing/arbitraries.ts';
import { frontUpstreamName, localUpstreamName } from './names.ts';
import { readServerNameArgument, serverNameArgument } from './server-name.ts';
import type { Slug } from './spec.ts';

const apps = slugs as fc.Arbitrary<Slug>;

describe('names', { timeout: 60_000 }, () => {
  it('of upstreams give the slug back, so two slugs never make one name', () => {
    fc.assert(
      fc.property(apps, (app) => {
        expect(frontUpstreamName(app).slice('fairlead_'.length).replaceAll('_', '-')).toBe(app);
        expect(localUpstreamName(app).slice('fairleadlocal_'.length).replaceAll('_', '-')).toBe(app);
      }),
    );
  });

  it('of a front never meet those of a backend’s own upstream', () => {
    fc.assert(
      fc.property(apps, apps, (one, other) => {
        expect(frontUpstreamName(one)).not.toBe(localUpstreamName(other));
      }),
    );
  });

  it('of hosts read back from server_name, long ones too', () => {
    fc.assert(fc.property(hostnames, (name) => readServerNameArgument(serverNameArgument(name)) === name));
    expect(serverNameArgument('2001:db8::1')).toBe('[2001:db8::1]');
    expect(serverNameArgument(`${'a'.repeat(43)}.com`)).toBe(`~^${'a'.repeat(43)}\\.com$`);
  });
});
