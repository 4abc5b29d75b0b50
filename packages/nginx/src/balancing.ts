import { AppError } from '@fairlead/errors';
import { hasLeastTime, hasSticky } from './capabilities.ts';
import type { FrontSpec } from './front-spec.ts';
import { secureVariableName, stickyVariableNames } from './names.ts';
import type { NginxCapabilities } from './spec.ts';
import { isHttpsAlone } from './tls.ts';
import { block, type ConfigNode, directive } from './tree.ts';

/** What one method of sharing requests out needs: beside the upstream, within it, and where the front answers. */
export interface Balancing {
  beside: ConfigNode[];
  within: ConfigNode[];
  answering: ConfigNode[];
}

/**
 * A method as the balancer's Nginx can do it.
 * @throws AppError `system-unsupported` for `least_time`, or a backend that drains, on an Nginx that has it not.
 * @see https://nginx.org/en/docs/http/ngx_http_upstream_module.html
 */
export function balancing(spec: FrontSpec, capabilities: NginxCapabilities): Balancing {
  const within = (...nodes: ConfigNode[]): Balancing => ({ beside: [], within: nodes, answering: [] });
  switch (spec.method) {
    case 'round_robin':
      return within();
    case 'least_conn':
    case 'ip_hash':
      return within(directive(spec.method));
    case 'hash':
      return within(directive('hash', hashVariable(spec.hashKey ?? 'uri'), 'consistent'));
    case 'random':
      return within(directive('random', 'two', 'least_conn'));
    case 'least_time':
      if (!hasLeastTime(capabilities)) throw leastTimeMissing(capabilities);
      return within(directive('least_time', 'header'));
    case 'sticky':
      return sticky(spec, capabilities);
  }
}

/** `uri` → `$request_uri`, `header:x-tenant` → `$http_x_tenant`. */
function hashVariable(key: string): string {
  const [kind, field] = key.split(':');
  return kind === 'header' && field ? `$http_${field.replaceAll('-', '_')}` : '$request_uri';
}

/** The hash key that a variable stands for; undefined for a variable that Fairlead does not write. */
export function readHashVariable(variable: string | undefined): string | undefined {
  if (variable === '$request_uri') return 'uri';
  const field = /^\$http_([a-z][a-z0-9_]*)$/.exec(variable ?? '')?.[1];
  return field && `header:${field.replaceAll('_', '-')}`;
}

/**
 * Nginx's own cookie from 1.29.6 on. Before, a new visitor is given a random number in a cookie of that name, and numbers are spread over the
 * backends by a consistent hash: who comes back finds the same backend, and one that goes away moves its own visitors alone. The cookie is for TLS alone
 * where nobody comes without; Nginx's own can't be so for some visitors and not for others.
 */
function sticky(spec: FrontSpec, capabilities: NginxCapabilities): Balancing {
  const { app, servers, stickyCookie = '' } = spec;
  if (hasSticky(capabilities)) {
    const secure = isHttpsAlone(spec) ? ['secure'] : [];
    const cookie = directive(
      'sticky',
      'cookie',
      stickyCookie,
      'path=/',
      'httponly',
      'samesite=lax',
      ...secure,
    );
    return { beside: [], within: [cookie], answering: [] };
  }
  if (servers.some(({ drain }) => drain)) throw drainMissing(capabilities);
  const { visitor, cookie } = stickyVariableNames(app);
  const sent = `$cookie_${stickyCookie}`;
  const known = '~^[0-9a-f]{32}$';
  const isMixed = spec.tls !== undefined && !isHttpsAlone(spec);
  const secure = isMixed ? secureVariableName(app) : isHttpsAlone(spec) ? '; Secure' : '';
  return {
    beside: [
      block('map', [sent, visitor], directive(known, sent), directive('default', '$request_id')),
      block(
        'map',
        [sent, cookie],
        directive(known, ''),
        directive('default', `${stickyCookie}=$request_id; Path=/; HttpOnly; SameSite=Lax${secure}`),
      ),
      ...(isMixed
        ? [
            block(
              'map',
              ['$scheme', secureVariableName(app)],
              directive('default', ''),
              directive('https', '; Secure'),
            ),
          ]
        : []),
    ],
    within: [directive('hash', visitor, 'consistent')],
    answering: [directive('add_header', 'Set-Cookie', cookie)],
  };
}

function drainMissing({ version }: NginxCapabilities): AppError {
  return new AppError('system-unsupported', `Nginx ${version.join('.')} can drain no backend.`, {
    hint: 'It came with Nginx 1.29.6; switch the backend off, or upgrade Nginx on the balancer.',
  });
}

function leastTimeMissing({ version }: NginxCapabilities): AppError {
  return new AppError('system-unsupported', `Nginx ${version.join('.')} has no least_time.`, {
    hint: 'It came with Nginx 1.31.0; choose least connections, or upgrade Nginx on the balancer.',
  });
}
