import { describe, expect, it } from 'vitest';
import {
  capabilitiesOf,
  hasHttp2Directive,
  hasIpv6,
  hasKeepaliveMinTimeout,
  hasLeastTime,
  hasRealIp,
  hasSticky,
  hasStream,
  hasUpstreamResolve,
  needsAnnouncedReloads,
  parseCapabilities,
  upstreamKeepaliveByDefault,
} from './capabilities.ts';

const bookworm = `nginx version: nginx/1.22.1
built with OpenSSL 3.0.20 7 Apr 2026 (running with OpenSSL 3.0.19 27 Jan 2026)
TLS SNI support enabled
configure arguments: --with-cc-opt='-g -O2 -fPIC' --modules-path=/usr/lib/nginx/modules --with-compat --with-pcre-jit --with-http_ssl_module --with-http_realip_module --with-http_v2_module --with-threads --with-stream_ssl_module --with-http_geoip_module=dynamic --with-mail=dynamic --with-stream=dynamic
`;
const since = {
  hasHttp2Directive: [hasHttp2Directive, '1.25.0', '1.25.1'],
  hasUpstreamResolve: [hasUpstreamResolve, '1.27.2', '1.27.3'],
  hasKeepaliveMinTimeout: [hasKeepaliveMinTimeout, '1.27.3', '1.27.4'],
  hasSticky: [hasSticky, '1.29.5', '1.29.6'],
  upstreamKeepaliveByDefault: [upstreamKeepaliveByDefault, '1.29.6', '1.29.7'],
  hasLeastTime: [hasLeastTime, '1.30.6', '1.31.0'],
} as const;

describe('capabilities', () => {
  it('are read from what nginx -V prints', () => {
    expect(parseCapabilities(bookworm)).toEqual({
      version: [1, 22, 1],
      modules: ['http_geoip', 'http_realip', 'http_ssl', 'http_v2', 'mail', 'stream', 'stream_ssl'],
    });
  });

  it('are the same from facts, whichever way modules are spelled', () => {
    const facts = {
      version: '1.26.3',
      modules: ['http_realip_module', '--with-stream=dynamic', 'http_realip'],
    };
    expect(capabilitiesOf(facts)).toEqual({ version: [1, 26, 3], modules: ['http_realip', 'stream'] });
  });

  it.each(['', 'nginx', '1.22', '1.22.1; id', 'apache/2.4.6'])('are not guessed from %j', (version) => {
    expect(() => capabilitiesOf({ version, modules: [] })).toThrow(/does not say its version/);
    expect(() => parseCapabilities(version)).toThrow(/does not say its version/);
  });

  it.each(Object.entries(since))('%s begins with its release', (_, [predicate, before, first]) => {
    expect(predicate(capabilitiesOf({ version: before, modules: [] }))).toBe(false);
    expect(predicate(capabilitiesOf({ version: first, modules: [] }))).toBe(true);
    expect(predicate(capabilitiesOf({ version: '2.0.0', modules: [] }))).toBe(true);
    expect(predicate(capabilitiesOf({ version: '1.9.15', modules: [] }))).toBe(false);
  });

  it('ask for announced reloads where the host program announces them and Nginx would lose requests', () => {
    const of = (version: string, announcesReloads?: boolean) =>
      needsAnnouncedReloads(capabilitiesOf({ version, modules: [], announcesReloads }));
    expect([of('1.26.3', true), of('1.27.4', true), of('1.26.3', false), of('1.26.3')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it('know modules and the kernel’s IPv6', () => {
    const capabilities = parseCapabilities(bookworm);
    expect([hasStream(capabilities), hasRealIp(capabilities), hasIpv6(capabilities)]).toEqual([
      true,
      true,
      true,
    ]);
    const bare = capabilitiesOf({ version: '1.22.1', modules: [], ipv6: false });
    expect([hasStream(bare), hasRealIp(bare), hasIpv6(bare)]).toEqual([false, false, false]);
  });
});
