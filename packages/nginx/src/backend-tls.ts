import { parseSocketAddress } from './address.ts';
import type { BackendSpec } from './backend-spec.ts';
import type { BackendTls } from './front-spec.ts';
import { grpcUpstreamName } from './names.ts';
import { backendCertificateKeyPath, backendCertificatePath, certificatePath } from './paths.ts';
import type { Slug } from './spec.ts';
import { tlsSettings } from './tls.ts';
import { blocksNamed, type ConfigNode, directive, directivesNamed } from './tree.ts';

/** The scheme by which a front asks its backends. */
export function backendScheme(tls: BackendTls | undefined): 'http' | 'https' {
  return tls === undefined ? 'http' : 'https';
}

/**
 * A front that asks its backends by TLS takes a certificate of their authority and of their name alone: with any other one the backend counts as one that
 * does not answer. Stands in the server block, where locations take it over; it says nothing to what is asked by `http`.
 * @see https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ssl_verify
 */
export function toBackends(
  { app, backendTls }: { app: Slug; backendTls?: BackendTls | undefined },
  module: 'proxy' | 'grpc' = 'proxy',
): ConfigNode[] {
  if (backendTls === undefined) return [];
  return [
    directive(`${module}_ssl_protocols`, 'TLSv1.2', 'TLSv1.3'),
    directive(`${module}_ssl_trusted_certificate`, certificatePath(app, backendTls.authority)),
    directive(`${module}_ssl_verify`, 'on'),
    directive(`${module}_ssl_verify_depth`, 1),
    directive(`${module}_ssl_name`, backendTls.name),
    directive(`${module}_ssl_server_name`, 'on'),
    directive(`${module}_ssl_session_reuse`, 'on'),
  ];
}

/** How a front asks its backends by TLS; undefined where it does not. */
export function readToBackends(
  app: Slug,
  nodes: readonly ConfigNode[],
  site: readonly ConfigNode[],
): Partial<Record<keyof BackendTls, unknown>> | undefined {
  const first = (name: string) => directivesNamed(site, name)[0]?.args[0];
  const path = first('proxy_ssl_trusted_certificate');
  if (path === undefined) return undefined;
  const pool = blocksNamed(nodes, 'upstream').find(({ args }) => args[0] === grpcUpstreamName(app));
  const [line] = directivesNamed(pool?.children ?? [], 'server');
  return {
    authority: /([^/]+)\.pem$/.exec(path)?.[1],
    name: first('proxy_ssl_name'),
    ...(line === undefined ? {} : { grpcPort: parseSocketAddress(line.args[0] ?? '')?.port }),
  };
}

/** What a backend shows to whoever asks it by TLS. */
export function ofBackend({ app, tls }: BackendSpec): ConfigNode[] {
  if (tls === undefined) return [];
  return [...tlsSettings(), ...certificateOfBackend(app, tls.certificate)];
}

/** The certificate that a backend shows. @param certificate SHA-256 of its file */
export function certificateOfBackend(app: Slug, certificate: string): ConfigNode[] {
  return [
    directive('ssl_certificate', backendCertificatePath(app, certificate)),
    directive('ssl_certificate_key', backendCertificateKeyPath(app, certificate)),
  ];
}

/** What a backend's server block says of TLS; undefined for none. */
export function readOfBackend(site: readonly ConfigNode[]) {
  const [path] = directivesNamed(site, 'ssl_certificate')[0]?.args ?? [];
  if (path === undefined) return undefined;
  const secure = directivesNamed(site, 'listen').filter(({ args }) => args.includes('ssl'));
  return {
    certificate: /([^/]+)\.pem$/.exec(path)?.[1],
    ports: secure.map(({ args }) => Number(/[0-9]+$/.exec(args[0] ?? '')?.[0])),
  };
}
