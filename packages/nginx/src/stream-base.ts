import { nginxPaths } from './paths.ts';
import { serialise } from './serialise.ts';
import { block, comment, directive } from './tree.ts';

/** One JSON object a line, named as those of the HTTP log where they mean the same. */
const LOG_FIELDS = {
  at: '"$time_iso8601"',
  client: '"$remote_addr"',
  port: '"$server_port"',
  name: '"$ssl_preread_server_name"',
  status: '"$status"',
  bytes: '$bytes_sent',
  received: '$bytes_received',
  seconds: '$session_time',
  upstream: '"$upstream_addr"',
};

/**
 * The `stream` block of a server, `/etc/nginx/modules-enabled/90-fairlead-stream.conf`, beside the main file's other parts: Nginx takes one alone.
 * @see https://nginx.org/en/docs/stream/ngx_stream_core_module.html#stream
 * @see https://nginx.org/en/docs/stream/ngx_stream_log_module.html
 */
export function renderStreamBase(): string {
  const fields = Object.entries(LOG_FIELDS).map(([name, value]) => `"${name}":${value}`);
  return serialise([
    comment('Managed by Fairlead: the TCP streams of its apps. Changes by hand are put back.'),
    block(
      'stream',
      [],
      directive('log_format', 'fairlead', 'escape=json', `{${fields.join(',')}}`),
      directive('include', `${nginxPaths.streams}/*.conf`),
    ),
  ]);
}
