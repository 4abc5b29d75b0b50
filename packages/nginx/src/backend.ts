import { socketAddress } from './address.ts';
import { phpSite, staticSite } from './backend-files.ts';
import { grpcUpstream, nodeSite, nodeUpstream } from './backend-node.ts';
import { type BackendPatience, type BackendSpec, usualLimits } from './backend-spec.ts';
import { ofBackend } from './backend-tls.ts';
import { hasTls } from './capabilities.ts';
import { accepting, accessLog, idleSeconds } from './connections.ts';
import { hasPlainGrpc } from './grpc.ts';
import { finish, type RenderedConfig } from './header.ts';
import { accessLogPath } from './names.ts';
import type { NginxCapabilities } from './spec.ts';
import { tlsMissing } from './tls.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';

/**
 * The local Nginx in front of the app on one backend: admits the balancers and the machine itself, takes the balancer's word about the client,
 * answers `/.well-known/fairlead/health` with `<app> <generation>` and without the app.
 * @param spec parsed by `backendSpecSchema`.
 * @param capabilities of the backend's Nginx, which must have the real-ip module.
 * @throws AppError `system-unsupported` for TLS on an Nginx that has it not.
 * @see https://nginx.org/en/docs/http/ngx_http_realip_module.html
 * @see https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#if
 */
export function renderBackend(spec: BackendSpec, capabilities: NginxCapabilities): RenderedConfig {
  const { app, generation, listenAddress, listenPort, alsoListenPorts = [], target } = spec;
  if (spec.tls !== undefined && !hasTls(capabilities)) throw tlsMissing(capabilities, 'backend');
  const listens = [listenPort, ...alsoListenPorts].map((port) => ({ address: listenAddress, port }));
  const limits = { ...usualLimits, ...spec.limits };
  const nodes = [
    ...(target.runtime === 'node' ? nodeUpstream(app, target.port) : []),
    ...(target.runtime === 'node' && spec.grpc !== undefined ? grpcUpstream(app, target.port) : []),
    block(
      'server',
      [],
      ...listens.map(({ address, port }) =>
        directive('listen', socketAddress(address, port), ...(isTls(spec, port) ? ['ssl'] : [])),
      ),
      directive('server_name', '_'),
      directive('absolute_redirect', 'off'),
      ...accepting(idleSeconds.backendAccepts, limits.maxBodyBytes, capabilities),
      accessLog(accessLogPath(app, 'backend')),
      ...(spec.grpc !== undefined && hasPlainGrpc(capabilities) ? [directive('http2', 'on')] : []),
      ...ofBackend(spec),
      ...spec.balancerAddresses.map((address) => directive('set_real_ip_from', address)),
      directive('real_ip_header', 'X-Real-IP'),
      comment('By the connection’s own address: `allow` and `deny` would see the client’s, as reported.'),
      block('if', ['($realip_remote_addr', '!~', `^(?:${admitted(spec)})$)`], directive('return', 403)),
      block(
        'location',
        ['=', '/.well-known/fairlead/health'],
        directive('access_log', 'off'),
        directive('default_type', 'text/plain'),
        directive('return', 200, `${app} ${generation}`),
      ),
      ...site(spec, limits, capabilities),
    ),
  ];
  return finish(spec, nodes, listens);
}

function isTls({ tls }: BackendSpec, port: number): boolean {
  return tls?.ports.some((known) => known === port) === true;
}

/** Who may ask, as a regular expression: Nginx spells addresses as `ipAddressSchema` does. */
function admitted({ balancerAddresses, listenAddress }: BackendSpec): string {
  const addresses = new Set<string>([...balancerAddresses, listenAddress, '127.0.0.1']);
  return [...addresses].map((address) => address.replaceAll('.', '\\.')).join('|');
}

function site(
  { app, target, grpc }: BackendSpec,
  limits: BackendPatience,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  switch (target.runtime) {
    case 'node':
      return nodeSite(app, limits, grpc ?? [], capabilities);
    case 'php':
      return phpSite(target, limits, capabilities);
    case 'static':
      return staticSite(target.root);
  }
}
