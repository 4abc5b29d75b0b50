import { AppError } from '@fairlead/errors';
import type { NginxCapabilities } from './spec.ts';

type Version = NginxCapabilities['version'];

/** `http_v2_module` and `--with-http_v2_module` → `http_v2`. */
function moduleName(name: string): string {
  return name
    .replace(/^--with-/, '')
    .replace(/=dynamic$/, '')
    .replace(/_module$/, '');
}

/**
 * Capabilities from a server's facts.
 * @param facts `version` as `1.22.1`; `modules` with or without `_module`; `ipv6` false where the kernel has none; `announcesReloads` as
 * the host program says.
 * @throws AppError `system-unsupported` when the version is not of three numbers.
 */
export function capabilitiesOf(
  facts: { version: string; modules: readonly string[] } & Pick<
    NginxCapabilities,
    'ipv6' | 'announcesReloads'
  >,
): NginxCapabilities {
  const numbers = /^(\d{1,4})\.(\d{1,4})\.(\d{1,4})$/.exec(facts.version)?.slice(1).map(Number);
  if (!numbers) {
    throw new AppError('system-unsupported', 'The server’s Nginx does not say its version.', {
      details: { version: facts.version.slice(0, 40) },
    });
  }
  const { ipv6, announcesReloads } = facts;
  return {
    version: numbers as Version,
    modules: [...new Set(facts.modules.map(moduleName))].sort(),
    ...(ipv6 === undefined ? {} : { ipv6 }),
    ...(announcesReloads === undefined ? {} : { announcesReloads }),
  };
}

/**
 * Capabilities from the output of `nginx -V` (which Nginx prints to standard error).
 * @throws AppError `system-unsupported` when the output is not Nginx's.
 * @see https://nginx.org/en/docs/switches.html
 */
export function parseCapabilities(output: string): NginxCapabilities {
  const version = /^nginx version: [^/\n]+\/(\d+\.\d+\.\d+)/m.exec(output)?.[1] ?? '';
  const modules =
    output.match(/--with-(?:(?:http|mail|stream)_[a-z0-9_]+_module|stream|mail)(?=[\s=]|$)/g) ?? [];
  return capabilitiesOf({ version, modules });
}

function isSince({ version }: NginxCapabilities, ...since: Version): boolean {
  const index = version.findIndex((number, position) => number !== since[position]);
  return index === -1 || (version[index] ?? 0) > (since[index] ?? 0);
}

/** A module of the HTTP part; the host program's facts name these without `http_`. */
function hasHttpModule({ modules }: NginxCapabilities, name: string): boolean {
  return modules.includes(`http_${name}`) || modules.includes(name);
}

/** TLS towards visitors. @see https://nginx.org/en/docs/http/ngx_http_ssl_module.html */
export function hasTls(capabilities: NginxCapabilities): boolean {
  return hasHttpModule(capabilities, 'ssl');
}

/** HTTP/2 in one way or the other. @see https://nginx.org/en/docs/http/ngx_http_v2_module.html */
export function hasHttp2(capabilities: NginxCapabilities): boolean {
  return hasHttpModule(capabilities, 'v2');
}

/** `http2 on;` in place of `listen … http2`. @see https://nginx.org/en/docs/http/ngx_http_v2_module.html#http2 */
export function hasHttp2Directive(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 25, 1);
}

/** `server name resolve;` in an upstream. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#resolve */
export function hasUpstreamResolve(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 27, 3);
}

/** A reload leaves idle client connections open for a while. @see https://nginx.org/en/docs/http/ngx_http_core_module.html#keepalive_min_timeout */
export function hasKeepaliveMinTimeout(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 27, 4);
}

/** A reload would cut idle connections, and the host program says beforehand that one comes (docs/adr/0004). */
export function needsAnnouncedReloads(capabilities: NginxCapabilities): boolean {
  return capabilities.announcesReloads === true && !hasKeepaliveMinTimeout(capabilities);
}

/** `sticky` and `drain` in an upstream. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#sticky */
export function hasSticky(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 29, 6);
}

/** HTTP/1.1 and kept connections to backends without asking. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive */
export function upstreamKeepaliveByDefault(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 29, 7);
}

/** `least_time` in an upstream. @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html#least_time */
export function hasLeastTime(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 31, 0);
}

/** TCP balancing, built in or loadable. @see https://nginx.org/en/docs/stream/ngx_stream_core_module.html */
export function hasStream(capabilities: NginxCapabilities): boolean {
  return capabilities.modules.includes('stream');
}

/** `server_name` in `stream`, so that several files share a port. @see https://nginx.org/en/docs/stream/ngx_stream_core_module.html#server_name */
export function hasStreamServerNames(capabilities: NginxCapabilities): boolean {
  return isSince(capabilities, 1, 25, 5);
}

/** Client addresses from the balancer, which every backend's site needs. @see https://nginx.org/en/docs/http/ngx_http_realip_module.html */
export function hasRealIp(capabilities: NginxCapabilities): boolean {
  return hasHttpModule(capabilities, 'realip');
}

/** Whether `listen [::]:port` works: true unless the server's facts say that its kernel has no IPv6. */
export function hasIpv6(capabilities: NginxCapabilities): boolean {
  return capabilities.ipv6 !== false;
}
