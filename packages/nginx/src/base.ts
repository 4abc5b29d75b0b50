import { nginxPaths } from './paths.ts';
import { serialise } from './serialise.ts';
import type { NginxCapabilities } from './spec.ts';
import { type Block, block, comment, directive } from './tree.ts';

/**
 * One JSON object a line. What Nginx may write as `-`, as `000` or as a list (several tries) is a string. Every field is work for every request, 270
 * to 690 instructions of about 25,000: only what traffic figures and a search need. The file's name says the app; the backends' own files say how long
 * each of them took.
 */
const LOG_FIELDS = {
  at: '"$time_iso8601"',
  client: '"$remote_addr"',
  request: '"$request"',
  status: '"$status"',
  bytes: '$bytes_sent',
  seconds: '$request_time',
  upstream: '"$upstream_addr"',
  agent: '"$http_user_agent"',
};

/** `variable` is `value` where `source` is `key` (in any case), else empty. */
function map(source: string, variable: string, key: string, value: string): Block {
  return block('map', [source, variable], directive('default', ''), directive(key, value));
}

/**
 * What all fronts and backend sites of a server share, `/etc/nginx/conf.d/fairlead.conf`, Ansible's alone: variables for upgrades and HTTPS, the
 * log's format, the status server, and the sites themselves.
 * @param _capabilities of the server's Nginx; so far the text is the same for all, so that Ansible may write it before Nginx has been asked.
 * @see https://nginx.org/en/docs/http/ngx_http_map_module.html
 * @see https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 * @see https://nginx.org/en/docs/http/ngx_http_stub_status_module.html
 */
export function renderBase(_capabilities?: NginxCapabilities): string {
  const fields = Object.entries(LOG_FIELDS).map(([name, value]) => `"${name}":${value}`);
  return serialise([
    comment('Managed by Fairlead: what its apps on this server share. Changes by hand are put back.'),
    comment(''),
    comment('A request for a WebSocket is passed on as one, every other upgrade as a plain request.'),
    map('$http_upgrade', '$fairlead_upgrade', 'websocket', 'websocket'),
    map('$http_upgrade', '$fairlead_connection', 'websocket', 'upgrade'),
    comment('Behind a balancer that ended TLS, PHP must hear that the client asked by https.'),
    map('$http_x_forwarded_proto', '$fairlead_https', 'https', 'on'),
    directive('log_format', 'fairlead', 'escape=json', `{${fields.join(',')}}`),
    comment('Answers `generation:sha256` of each file that is served, on this machine alone.'),
    block(
      'server',
      [],
      directive('listen', `unix:${nginxPaths.statusSocket}`),
      directive('server_name', '_'),
      directive('access_log', 'off'),
      directive('default_type', 'text/plain'),
      block('location', ['=', '/connections'], directive('stub_status')),
      block('location', ['/'], directive('return', 404)),
      directive('include', `${nginxPaths.status}/*.conf`),
    ),
    directive('include', `${nginxPaths.sites}/*.conf`),
  ]);
}
