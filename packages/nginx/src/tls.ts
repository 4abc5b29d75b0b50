import { AppError } from '@fairlead/errors';
import { socketAddress } from './address.ts';
import { hasHttp2, hasHttp2Directive } from './capabilities.ts';
import type { FrontSpec } from './front-spec.ts';
import { tlsSessionZone } from './names.ts';
import { certificateKeyPath, certificatePath } from './paths.ts';
import type { NginxCapabilities } from './spec.ts';
import { type ConfigNode, directive, directivesNamed } from './tree.ts';

/**
 * What TLS 1.2 may use: forward secrecy and authenticated encryption alone. TLS 1.3 has no others.
 * @see https://www.rfc-editor.org/rfc/rfc9325#section-4.2
 */
const CIPHERS = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];
const HSTS = 'Strict-Transport-Security';

/** Whether every visitor of a front comes by TLS. */
export function isHttpsAlone({ tls, names }: FrontSpec): boolean {
  return tls?.forceHttps === true && tls.names.length === names.length;
}

/** A `listen` line. @see https://nginx.org/en/docs/http/ngx_http_core_module.html#listen */
export function listen(address: string, port: number, ...options: string[]): ConfigNode {
  return directive('listen', address === '0.0.0.0' ? port : socketAddress(address, port), ...options);
}

/** What a `listen` line says for TLS; HTTP/2 has had a directive of its own since 1.25.1. */
export function tlsListenOptions(capabilities: NginxCapabilities): string[] {
  return hasHttp2(capabilities) && !hasHttp2Directive(capabilities) ? ['ssl', 'http2'] : ['ssl'];
}

/**
 * What all fronts of a port say alike: the handshake begins before Nginx knows the name. Sessions are kept in memory; a ticket's key would live as long
 * as Nginx does.
 * @see https://nginx.org/en/docs/http/ngx_http_ssl_module.html
 */
export function handshake(capabilities: NginxCapabilities): ConfigNode[] {
  return [
    ...(hasHttp2(capabilities) && hasHttp2Directive(capabilities) ? [directive('http2', 'on')] : []),
    ...tlsSettings(),
  ];
}

/** Versions, ciphers and sessions of whoever is asked by TLS. @param zone the memory in which sessions are kept, of `http` or of `stream` */
export function tlsSettings(zone = tlsSessionZone): ConfigNode[] {
  return [
    directive('ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
    directive('ssl_ciphers', CIPHERS.join(':')),
    directive('ssl_prefer_server_ciphers', 'off'),
    directive('ssl_session_cache', `shared:${zone}:10m`),
    directive('ssl_session_timeout', '1d'),
    directive('ssl_session_tickets', 'off'),
  ];
}

/** The certificate of a front, and the word of its responder where it names one: browsers check it, Nginx would need the root for that. */
export function certificate({ app, tls }: FrontSpec): ConfigNode[] {
  if (tls === undefined) return [];
  return [
    directive('ssl_certificate', certificatePath(app, tls.certificate)),
    directive('ssl_certificate_key', certificateKeyPath(app, tls.certificate)),
    ...(tls.stapling ? [directive('ssl_stapling', 'on')] : []),
  ];
}

/**
 * Has browsers insist on HTTPS. Stands wherever fields are added, as a location with one of its own takes none over.
 * @see https://www.rfc-editor.org/rfc/rfc6797#section-6.1
 */
export function hsts({ tls }: FrontSpec): ConfigNode[] {
  if (tls === undefined || tls.hstsSeconds === 0) return [];
  const value = [
    `max-age=${tls.hstsSeconds}`,
    ...(tls.hstsSubdomains ? ['includeSubDomains'] : []),
    ...(tls.hstsPreload ? ['preload'] : []),
  ].join('; ');
  return [directive('add_header', HSTS, value, 'always')];
}

/** Fields of a front by TLS: HSTS in place of what the app says of it. */
export function hstsOverApp(spec: FrontSpec): ConfigNode[] {
  const added = hsts(spec);
  return added.length === 0 ? [] : [directive('proxy_hide_header', HSTS), ...added];
}

/** Where somebody who came without TLS is sent, method and body with them. */
export function httpsAddress(port: number): string {
  return `https://$host${port === 443 ? '' : `:${port}`}$request_uri`;
}

/** What a server block says of TLS; undefined for none. */
export function readTls(site: readonly ConfigNode[]) {
  const [path] = directivesNamed(site, 'ssl_certificate')[0]?.args ?? [];
  if (path === undefined) return undefined;
  const secure = directivesNamed(site, 'listen').find(({ args }) => args.includes('ssl'));
  const word = directivesNamed(site, 'add_header').find(({ args: [name] }) => name === HSTS)?.args[1] ?? '';
  const [, age, subdomains, preload] =
    /^max-age=([0-9]{1,9})(; includeSubDomains)?(; preload)?$/.exec(word) ?? [];
  // Without forced HTTPS the field is one of the app's settings.
  const forceHttps = directivesNamed(site, 'listen').every(({ args }) => args.includes('ssl'));
  return {
    listenPort: Number(/[0-9]+$/.exec(secure?.args[0] ?? '')?.[0]),
    certificate: /([^/]+)\.pem$/.exec(path)?.[1],
    forceHttps,
    ...(forceHttps && age !== undefined
      ? {
          hstsSeconds: Number(age),
          hstsSubdomains: subdomains !== undefined,
          hstsPreload: preload !== undefined,
        }
      : {}),
    stapling: directivesNamed(site, 'ssl_stapling').length > 0,
  };
}

/** The refusal of TLS by an Nginx that has none. */
export function tlsMissing({ version }: NginxCapabilities, role: 'balancer' | 'backend'): AppError {
  return new AppError('system-unsupported', `Nginx ${version.join('.')} of the ${role} has no TLS.`, {
    hint: 'It was built without http_ssl; install the package of Debian or of nginx.org.',
  });
}
