import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { installedNginx, testConfig } from '../testing/real-nginx.ts';
import { times } from '../testing/times.ts';
import {
  type ForeignSettings,
  frontSpecSchema,
  httpSettingsSchema,
  type NginxCapabilities,
  readForeign,
  renderFront,
} from './index.ts';

let nginx: NginxCapabilities;
beforeAll(async () => {
  nginx = { ...(await installedNginx()), announcesReloads: true };
}, 60_000);

/** What people write into server blocks and locations; each may stand in either. */
const anywhere = [
  'client_max_body_size 20m;',
  'client_max_body_size 0;',
  'client_body_timeout 30s;',
  'proxy_read_timeout 5m;',
  'proxy_connect_timeout 2;',
  'proxy_buffering off;',
  'proxy_set_header Host $http_host;',
  'proxy_set_header X-Tenant "a b";',
  'proxy_set_header X-Request-Id $request_id;',
  'proxy_set_header Connection "";',
  'proxy_http_version 1.1;',
  'proxy_next_upstream error timeout;',
  'proxy_cookie_path / "/; secure";',
  'proxy_intercept_errors on;',
  'proxy_ignore_headers Expires;',
  'add_header X-Frame-Options DENY always;',
  'add_header X-Cost "5$request_length";',
  'add_header Strict-Transport-Security "max-age=60";',
  'expires 1h;',
  'gzip on; gzip_min_length 512; gzip_types text/css;',
  'allow 192.0.2.0/24; allow 2001:db8::/32; deny all;',
  'error_page 502 503 /sorry.html;',
  'error_page 404 = @missing;',
  'access_log /var/log/nginx/shop.log;',
  'if ($request_method = TRACE) { return 405; }',
  'rewrite ^/old/(.*)$ /new/$1 last;',
  'set $tenant "x;y";',
  'limit_rate 500k;',
  'sub_filter_once off;',
  'charset utf-8;',
  'etag off;',
  'satisfy any;',
  'keepalive_timeout 30s;',
  'large_client_header_buffers 4 16k;',
];
const inServerAlone = [
  'server_name other.example;',
  'location = /old { return 301 /new; }',
  'location ^~ /docs/ { return 302 https://docs.example/; }',
  'location /api/ { proxy_pass http://shop/v1/; proxy_set_header X-A 1; access_log off; }',
  'location ~* "\\.(png|jpe?g){1,2}$" { expires 7d; proxy_pass http://shop; }',
  'location /ws { proxy_pass http://shop; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; }',
  'location /static/ { alias /srv/www/; }',
  'location @missing { return 404 "none"; }',
  'location /admin { allow 192.0.2.1; deny all; proxy_pass http://shop; }',
  'location ~ /\\.ht { deny all; }',
  'location = /health { access_log off; return 200 "ok\\n"; }',
];
const pools = [
  'server 127.0.0.1:9001;',
  'least_conn; server 127.0.0.1:9001 weight=5; server 127.0.0.1:9002 backup; keepalive 16;',
  'ip_hash; server 127.0.0.1:9001 max_fails=0; server 127.0.0.1:9002 down;',
  'hash $request_uri consistent; server 127.0.0.1:9001 max_conns=10 fail_timeout=1m;',
  'random two least_conn; zone shop 64k; server 127.0.0.1:9001; server [::1]:9002;',
  'server unix:/run/shop.sock; server 127.0.0.1:9003;',
];
const foreign = fc
  .record({
    inServer: fc.uniqueArray(fc.constantFrom(...anywhere, ...inServerAlone), { maxLength: 8 }),
    inLocation: fc.uniqueArray(fc.constantFrom(...anywhere), { maxLength: 6 }),
    pool: fc.constantFrom(...pools),
  })
  .map(
    ({ inServer, inLocation, pool }) =>
      `upstream shop { ${pool} }\nserver { listen 80; server_name shop.example;\n${inServer.join('\n')}\nlocation / { proxy_pass http://shop;\n${inLocation.join('\n')} } }\n`,
  );

const path = '/etc/nginx/conf.d/shop.conf';
const main = { path: '/etc/nginx/nginx.conf', content: 'events {} http { include conf.d/*.conf; }' };

/** The front of an app that had no settings before it imported these. */
function frontOf(
  { method, hashKey, servers, names, http, snippet }: ForeignSettings,
  listenPort: number,
): string {
  const { timeouts = {}, gzip = {}, ...rest } = http;
  const spec = frontSpecSchema.parse({
    kind: 'front',
    app: 'shop',
    generation: 1,
    names,
    listenPort,
    method,
    ...(hashKey === undefined ? {} : { hashKey }),
    http: httpSettingsSchema.parse({ ...rest, timeouts, gzip, snippet: snippet.join('\n') }),
    servers: servers.map(({ host, ...line }) => ({ ...line, address: host })),
  });
  return renderFront(spec, nginx).content;
}

describe('the installed Nginx, of configs that people wrote', { timeout: 120_000 * times }, () => {
  it('takes the front of every import whose file it took', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(foreign, async (content) => {
        const own = content.replace('listen 80;', 'listen 61790;');
        // Two of one kind in a block: nobody has such a file.
        if (!(await testConfig([own])).accepted) return;
        const [file] = readForeign([main, { path, content }], 'fairlead_shop');
        expect(file?.refusal).toBeNull();
        const settings = file?.settings;
        if (settings == null) throw new Error('not read');
        taken += 1;
        const front = frontOf(settings, 61_791);
        expect({ ...(await testConfig([front])), content, front }).toMatchObject({
          accepted: true,
          output: '',
        });
      }),
      { numRuns: 60 * times, endOnFailure: true },
    );
    expect(taken).toBeGreaterThan(20 * times);
  });
});
