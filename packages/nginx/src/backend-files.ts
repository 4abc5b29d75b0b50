import type { BackendPatience } from './backend-spec.ts';
import { closing } from './closing.ts';
import type { AbsolutePath, NginxCapabilities } from './spec.ts';
import { block, type ConfigNode, comment, directive } from './tree.ts';

/** What PHP is told of a request; `$realpath_root`, so that a switched symlink never mixes two releases in its code cache. */
const FASTCGI_PARAMS: readonly (readonly string[])[] = [
  ['QUERY_STRING', '$query_string'],
  ['REQUEST_METHOD', '$request_method'],
  ['CONTENT_TYPE', '$content_type'],
  ['CONTENT_LENGTH', '$content_length'],
  ['SCRIPT_FILENAME', '$realpath_root$fastcgi_script_name'],
  ['SCRIPT_NAME', '$fastcgi_script_name'],
  ['REQUEST_URI', '$request_uri'],
  ['DOCUMENT_URI', '$document_uri'],
  ['DOCUMENT_ROOT', '$realpath_root'],
  ['SERVER_PROTOCOL', '$server_protocol'],
  ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ['SERVER_SOFTWARE', 'nginx'],
  ['REMOTE_ADDR', '$remote_addr'],
  ['SERVER_ADDR', '$server_addr'],
  ['SERVER_NAME', '$host'],
  ['SERVER_PORT', '$http_x_forwarded_port', 'if_not_empty'],
  ['REQUEST_SCHEME', '$http_x_forwarded_proto', 'if_not_empty'],
  ['HTTPS', '$fairlead_https', 'if_not_empty'],
  ['REDIRECT_STATUS', '200'],
  ['HTTP_PROXY', ''],
];

/**
 * Files of the release alone. A link is followed only to what its own owner owns, so that no app can show another's files through Nginx.
 * @see https://nginx.org/en/docs/http/ngx_http_core_module.html#disable_symlinks
 */
function files(root: AbsolutePath, ...index: string[]): ConfigNode[] {
  return [
    directive('root', root),
    directive('index', ...index),
    directive('disable_symlinks', 'if_not_owner', 'from=$document_root'),
    comment('Nothing hidden is served: .git, .env, .htaccess.'),
    block('location', ['~', '/\\.(?!well-known/)'], directive('return', 404)),
  ];
}

/** Files as they are; `/about` finds `about.html`. @see https://nginx.org/en/docs/http/ngx_http_core_module.html#try_files */
export function staticSite(root: AbsolutePath): ConfigNode[] {
  return [
    ...files(root, 'index.html'),
    block('location', ['/'], directive('try_files', '$uri', '$uri/', '$uri.html', '=404')),
  ];
}

/**
 * Files as they are, existing scripts by PHP, all else to the front controller.
 * @see https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html
 */
export function phpSite(
  { root, socket }: { root: AbsolutePath; socket: AbsolutePath },
  patience: BackendPatience,
  capabilities: NginxCapabilities,
): ConfigNode[] {
  const run = [directive('try_files', '$uri', '=404'), directive('fastcgi_pass', `unix:${socket}`)];
  const { check, location } = closing(run, capabilities);
  return [
    ...files(root, 'index.php', 'index.html'),
    ...fastcgi(patience),
    comment('Uploads are data, and the other endings of PHP are source: neither is run nor shown.'),
    block('location', ['~*', '/(?:uploads|storage)/.*\\.php(?:/|$)'], directive('return', 404)),
    block('location', ['~*', '\\.ph(?:p[0-9]|ar|ps|tml)(?:/|$)'], directive('return', 404)),
    block('location', ['/'], directive('try_files', '$uri', '$uri/', '/index.php$is_args$args')),
    block('location', ['~*', '\\.php$'], ...check, ...run),
    ...location,
  ];
}

function fastcgi({ sendSeconds, readSeconds, buffering }: BackendPatience): ConfigNode[] {
  return [
    ...FASTCGI_PARAMS.map((param) => directive('fastcgi_param', ...param)),
    directive('fastcgi_connect_timeout', '5s'),
    directive('fastcgi_send_timeout', `${sendSeconds}s`),
    directive('fastcgi_read_timeout', `${readSeconds}s`),
    ...(buffering ? [] : [directive('fastcgi_buffering', 'off')]),
    directive('fastcgi_buffer_size', '32k'),
    directive('fastcgi_buffers', 16, '16k'),
    directive('fastcgi_busy_buffers_size', '64k'),
    directive('fastcgi_pass_header', 'X-Accel-Buffering'),
  ];
}
