import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileStrings } from '../testing/hostile.ts';
import { times } from '../testing/times.ts';
import { frontSpecSchema, httpSettingsSchema, type LoadedFile, parseConfig, readForeign } from './index.ts';
import { snippetSchema } from './snippet-settings.ts';

const path = '/etc/nginx/sites-enabled/shop.conf';
const main = {
  path: '/etc/nginx/nginx.conf',
  content: 'events {}\nhttp {\n  include /etc/nginx/conf.d/*.conf;\n  include sites-enabled/*;\n}\n',
};
const read = (content: string, ...others: LoadedFile[]) =>
  readForeign([main, { path, content }, ...others], 'fairlead_shop');
const only = (content: string, ...others: LoadedFile[]) => {
  const file = read(content, ...others).find((found) => found.path === path);
  if (file === undefined) throw new Error('not found');
  return file;
};
const settingsOf = (content: string, ...others: LoadedFile[]) => {
  const { settings, refusal } = only(content, ...others);
  if (settings === null) throw new Error(refusal ?? '');
  return settings;
};
const site = (inServer = '', inLocation = '', pool = 'server 10.0.0.2:8080;') => `
upstream shop { ${pool} }
server {
  listen 80;
  server_name shop.example WWW.shop.example;
  ${inServer}
  location / { proxy_pass http://shop; ${inLocation} }
}`;

describe('reading a config that Fairlead did not write', () => {
  it('makes settings of what settings stand for', () => {
    const settings = settingsOf(
      site(
        'client_max_body_size 20m; gzip on; gzip_min_length 2k; allow 192.0.2.0/24; deny all; limit_req zone=one burst=5;',
        'proxy_read_timeout 5m; proxy_buffering off; proxy_set_header X-Tenant a; add_header X-Frame-Options DENY always;',
        'least_conn; server 10.0.0.2:8080 weight=3 max_fails=2 fail_timeout=30s max_conns=100; server app-b.internal backup; server [2001:db8::1]:80 down; keepalive 32;',
      ),
      {
        path: '/etc/nginx/conf.d/rates.conf',
        content: 'limit_req_zone $binary_remote_addr zone=one:10m rate=10r/s;',
      },
    );
    expect(settings).toMatchObject({
      names: ['shop.example', 'www.shop.example'],
      tls: false,
      method: 'least_conn',
      servers: [
        { host: '10.0.0.2', port: 8080, weight: 3, maxFails: 2, failTimeoutSeconds: 30, maxConns: 100 },
        { host: 'app-b.internal', port: 80, backup: true },
        { host: '2001:db8::1', port: 80, down: true },
      ],
      http: {
        maxBodyBytes: 20 * 1024 ** 2,
        timeouts: { readSeconds: 300 },
        buffering: false,
        gzip: { mode: 'on', minBytes: 2048 },
        requestHeaders: [{ name: 'X-Tenant', value: 'a' }],
        responseHeaders: [{ name: 'X-Frame-Options', value: 'DENY' }],
        access: [
          { action: 'allow', source: '192.0.2.0/24' },
          { action: 'deny', source: 'all' },
        ],
        rateLimit: { requests: 10, per: 'second', burst: 5 },
      },
      snippet: [],
      covered: ['keepalive 32;'],
      lost: [],
    });
  });

  it('keeps what it does not know in the snippet, locations led to the app’s own pool', () => {
    const { snippet, http, lost } = settingsOf(
      site(
        `location /teapot { return 418; access_log off; }
         location = /old { return 301 /new; }
         location /api/ { proxy_pass http://shop/v2/; proxy_read_timeout 10m; }
         error_page 502 /sorry;`,
        'proxy_cookie_path / /x; expires 1h;',
      ),
    );
    expect(snippet).toEqual([
      'location /teapot {\n    return 418;\n}',
      'location /api/ {\n    proxy_pass http://fairlead_shop/v2/;\n    proxy_read_timeout 10m;\n}',
      'error_page 502 /sorry;',
      'proxy_cookie_path / /x;',
      'expires 1h;',
    ]);
    expect(http.redirects).toMatchObject([{ match: 'exact', from: '/old', to: '/new', status: 301 }]);
    expect(lost).toEqual([{ text: 'access_log off;', why: expect.stringContaining('log') }]);
  });

  it('lists what can not be kept, each with the reason', () => {
    const { lost } = settingsOf(
      `map $http_x $shade { default a; }
      ${site('server_name *.shop.example; root /srv/www; location /static/ { alias /srv/www/; } add_header X-Shade $shade; ssl_certificate /a.pem;', 'if ($arg_a) { return 403; }', 'server unix:/run/a.sock; server 10.0.0.2:1 slow_start=9s; hash $remote_addr;')}`,
    );
    const whyOf = (part: string) => lost.find(({ text }) => text.includes(part))?.why;
    expect(whyOf('*.shop.example')).toMatch(/whole names/);
    expect(whyOf('unix:')).toMatch(/socket/);
    expect(whyOf('slow_start')).toMatch(/No setting/);
    expect(whyOf('hash $remote')).toMatch(/\$request_uri/);
    expect(whyOf('root /srv')).toMatch(/files of the balancer/);
    expect(whyOf('/static/')).toMatch(/files of the balancer/);
    expect(whyOf('X-Shade')).toMatch(/needs \$shade/);
    expect(whyOf('ssl_certificate')).toMatch(/certificates/);
    expect(whyOf('if (')).toMatch(/location \//);
    expect(whyOf('map $http_x')).toMatch(/beside the server block/);
  });

  it('says what Fairlead does by itself, and refuses nothing for it', () => {
    const { covered, lost } = settingsOf(
      site(
        '',
        'include proxy_params; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; proxy_http_version 1.1;',
      ),
      {
        path: '/etc/nginx/proxy_params',
        content:
          'proxy_set_header Host $http_host; proxy_set_header X-Real-IP $remote_addr;\nproxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;',
      },
    );
    expect(covered).toHaveLength(7);
    expect(lost).toEqual([]);
  });

  it('takes what the block inherits from http, and an upstream of another file', () => {
    const inherited = {
      path: '/etc/nginx/conf.d/a.conf',
      content: 'client_max_body_size 7m; upstream far { server 10.0.0.9:81; }',
    };
    const settings = settingsOf(
      'server { server_name a.example; location / { proxy_pass http://far; } }',
      inherited,
    );
    expect(settings.http.maxBodyBytes).toBe(7 * 1024 ** 2);
    expect(settings.servers).toMatchObject([{ host: '10.0.0.9', port: 81 }]);
  });

  it('takes a site with TLS and the way to it as one', () => {
    const file = only(`
      server { server_name a.example; listen 443 ssl; ssl_certificate /x.pem; location / { try_files $uri @app; } location @app { proxy_pass http://127.0.0.1:3000; } }
      server { listen 80; server_name a.example; if ($host = a.example) { return 301 https://$host$request_uri; } return 404; }`);
    expect(file.blocks.map(({ does }) => does)).toEqual(['proxies', 'to-https']);
    expect(file.settings).toMatchObject({ tls: true, servers: [{ host: '127.0.0.1', port: 3000 }] });
  });

  it.each([
    [
      'another site in the file',
      `${site()} server { server_name other.example; location / { proxy_pass http://shop; } }`,
      /other\.example/,
    ],
    ['a port that no front has', site('listen 8080;'), /listens on 8080/],
    ['a path before the path', site().replace('http://shop;', 'http://shop/x/;'), /\/x\//],
    ['a variable', site().replace('http://shop;', 'http://$pool;'), /variable/],
    ['no proxying', 'server { server_name a.example; root /srv; }', /proxy_pass/],
    ['another language', 'server { content_by_lua_block { x = "} }', /Lua/],
    ['the PROXY protocol', site().replace('listen 80;', 'listen 80 proxy_protocol;'), /PROXY/],
  ])('refuses %s', (_, content, why) => {
    expect(only(content)).toMatchObject({ settings: null, refusal: expect.stringMatching(why) });
  });

  it('refuses a file that can not be taken out of service', () => {
    const inMain = { ...main, content: `events {} http { ${site()} }` };
    expect(readForeign([inMain], 'p')[0]?.refusal).toMatch(/file of their own/);
    const byName = { ...main, content: `events {} http { include ${path}; }` };
    expect(readForeign([byName, { path, content: site() }], 'p')[0]?.refusal).toMatch(/names this very file/);
    const inRoot = { ...main, content: 'events {} http { include *.site; }' };
    expect(readForeign([inRoot, { path: '/etc/nginx/a.site', content: site() }], 'p')[0]?.refusal).toMatch(
      /below/,
    );
    const sharer = {
      path: '/etc/nginx/conf.d/b.conf',
      content: 'server { location / { proxy_pass http://shop; } }',
    };
    expect(only(site(), sharer).refusal).toMatch(/conf\.d\/b\.conf/);
  });

  it('does not follow includes in circles, nor takes hidden files for sites', () => {
    const circle = only(site(`include ${path};`));
    expect(circle.settings === null || circle.settings.names.length > 0).toBe(true);
    expect(read(site(), { path: '/etc/nginx/sites-enabled/.old', content: site() })).toHaveLength(1);
  });

  it('says back what a config was made of', () => {
    const lines = fc.array(
      fc.record({
        host: fc.integer({ min: 1, max: 250 }).map((last) => `10.0.0.${last}`),
        port: fc.integer({ min: 1, max: 65535 }),
        weight: fc.integer({ min: 1, max: 1000 }),
        maxFails: fc.integer({ min: 0, max: 1000 }),
        failTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
        maxConns: fc.integer({ min: 0, max: 1_000_000 }),
        backup: fc.boolean(),
        down: fc.boolean(),
      }),
      { minLength: 1, maxLength: 20 },
    );
    const http = fc.record({
      maxBodyBytes: fc.integer({ min: 1024, max: 2 ** 40 }).filter((bytes) => bytes <= 100 * 1024 ** 3),
      readSeconds: fc.integer({ min: 1, max: 86_400 }),
      buffering: fc.boolean(),
    });
    fc.assert(
      fc.property(
        lines,
        http,
        fc.constantFrom('least_conn', 'ip_hash', 'random'),
        (servers, stated, method) => {
          const pool = servers.map(
            (s) =>
              `server ${s.host}:${s.port} weight=${s.weight} max_fails=${s.maxFails} fail_timeout=${s.failTimeoutSeconds} max_conns=${s.maxConns}${s.backup ? ' backup' : ''}${s.down ? ' down' : ''};`,
          );
          const settings = settingsOf(
            site(
              `client_max_body_size ${stated.maxBodyBytes}; proxy_buffering ${stated.buffering ? 'on' : 'off'};`,
              `proxy_read_timeout ${stated.readSeconds}s;`,
              `${method}; ${pool.join(' ')}`,
            ),
          );
          expect(settings).toMatchObject({ method, servers, lost: [] });
          expect(settings.http).toMatchObject({
            maxBodyBytes: stated.maxBodyBytes,
            buffering: stated.buffering,
            timeouts: { readSeconds: stated.readSeconds },
          });
        },
      ),
      { numRuns: 200 * times },
    );
  });

  it('makes of hostile text nothing but settings, snippets and lists that stand every check', () => {
    const words = fc.oneof(fc.constantFrom(...hostileStrings), fc.string({ maxLength: 30 }));
    const places = fc.constantFrom(
      (word: string) => word,
      (word: string) => site(word),
      (word: string) => site('', word),
      (word: string) => site('', '', word),
      (word: string) => site(`add_header X-A "${word}"; location "${word}" { return 200 "${word}"; }`),
      (word: string) => site().replace('shop.example', word),
      (word: string) => site().replaceAll('http://shop', `http://${word}`),
      (word: string) => `map $a $b { ${word} }${site('add_header X $b;')}`,
    );
    fc.assert(
      fc.property(places, words, (place, word) => {
        for (const { settings } of read(place(word))) {
          if (settings === null) continue;
          for (const text of settings.snippet) {
            expect(snippetSchema.safeParse(text).success).toBe(true);
            expect(parseConfig(text)).toHaveLength(1);
          }
          const { timeouts = {}, gzip = {}, ...http } = settings.http;
          expect(httpSettingsSchema.safeParse({ ...http, timeouts, gzip }).success).toBe(true);
          for (const name of settings.names) {
            expect(frontSpecSchema.shape.names.safeParse([name]).success).toBe(true);
          }
        }
      }),
      { numRuns: 2000 * times },
    );
  });
});
