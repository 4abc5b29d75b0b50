import { beforeAll, describe, expect, it } from 'vitest';
import { installedNginx, testConfig } from '../testing/real-nginx.ts';
import {
  frontSpecSchema,
  httpSettingsSchema,
  type NginxCapabilities,
  renderFront,
  snippetLine,
} from './index.ts';
import { snippetFaults, snippetWarnings } from './snippet-settings.ts';

const front = (snippet: string) =>
  frontSpecSchema.parse({
    kind: 'front',
    app: 'shop',
    generation: 1,
    names: ['shop.example.com'],
    listenPort: 61_900,
    method: 'round_robin',
    servers: [{ address: '127.0.0.1', port: 80 }],
    http: { snippet },
  });

let nginx: NginxCapabilities;
beforeAll(async () => {
  nginx = await installedNginx();
}, 60_000);

describe('a snippet', () => {
  it.each([
    ['} server { listen 8092;', 1],
    ['location = /a { return 204; } }', 1],
    ['location = /a {\n return 204;\n', 1],
    ['add_header X-A a', 1],
    ['sub_filter_once off;\nadd_header X-A "a;', 2],
    ['add_header X-A "a"b;', 1],
    [';', 1],
    ['{ }', 1],
    ['# fine\n\nroot /etc;', 3],
    ['location = /a { alias /etc/passwd; }', 1],
    ['"include" /etc/nginx/nginx.conf;', 1],
    ['INCLUDE x;', 1],
    ['listen 81;', 1],
    ['server_name evil.example;', 1],
    ['upstream x { server 6.6.6.6; }', 1],
    ['load_module modules/x.so;', 1],
    ['location = /a { content_by_lua_block { os.execute("id") } }', 1],
    ['js_content a.b;', 1],
    ['perl_set $x "sub {}";', 1],
    ['access_log /etc/cron.d/x;', 1],
    ['error_log /tmp/x debug;', 1],
    ['ssl_certificate_key /etc/ssl/private/x.key;', 1],
    ['auth_basic_user_file /etc/shadow;', 1],
    ['location = /a { fastcgi_pass unix:/run/php/other.sock; }', 1],
    ['location = /a { proxy_pass http://unix:/run/docker.sock:/; }', 1],
    ['location = /a { proxy_pass http://$arg_to; }', 1],
    ['location = /a { proxy_pass http://a$arg_to/; }', 1],
    ['location / { return 204; }', 1],
    ['location ^~ / { return 204; }', 1],
    ['location ^~ /.well-known/fairlead/health { proxy_pass http://10.0.0.2:20000; }', 1],
    ['location @upgrade { return 204; }', 1],
    ['location ^~/ { return 204; }', 1],
    ['client_max_body_size 1m;', 1],
    ['allow all;', 1],
    ['proxy_set_header X-Forwarded-For $http_x;', 1],
    ['proxy_store on;', 1],
    ['dav_methods PUT;', 1],
    ['stub_status;', 1],
    ['# Fairlead: snippet ends', 0],
    ['add_header X-A "\u0000";', 0],
    [`# ${'a'.repeat(2001)}`, 0],
    ['# a\n'.repeat(5000), 0],
  ])('%j is refused, in line %i', (snippet, line) => {
    expect(httpSettingsSchema.safeParse({ snippet }).success).toBe(false);
    if (line > 0) expect(snippetFaults(snippet)[0]?.line).toBe(line);
  });

  it.each([
    'location = / { return 204; }',
    'location /api/ { proxy_pass http://10.0.0.9:8080/v1/; proxy_set_header Host $host; }',
    'location ~ "\\.php$" { return 404; }',
    'rewrite ^/a/(.*)$ /b/$1 last;',
    'proxy_cookie_path / "/; Secure";',
    'location /s/ { proxy_ssl_server_name on; proxy_pass https://www.example.com; }',
    'auth_request /auth;\nlocation = /auth { internal; proxy_pass http://127.0.0.1:9000; }',
    '# nothing but a remark }',
  ])('%j is taken, and comes back as it was', (snippet) => {
    expect(httpSettingsSchema.parse({ snippet }).snippet).toBe(snippet);
  });

  it('is read with whatever ends its lines, and without empty ones around it', () => {
    const { snippet } = httpSettingsSchema.parse({ snippet: '\r\n  \n  set $a b;\r\n\r\nset $b c;\n\n ' });
    expect(snippet).toBe('  set $a b;\n\nset $b c;');
  });

  it('that leads elsewhere or believes somebody is warned of, with its line', () => {
    const text =
      'set_real_ip_from 10.0.0.0/8;\nlocation /a/ {\n proxy_pass http://10.0.0.9;\n add_header X-A b;\n}';
    const said = snippetWarnings(text).join('\n');
    for (const words of ['Line 1 of the snippet believes 10.0.0.0/8', 'Line 3', 'http://10.0.0.9', 'Line 4'])
      expect(said).toContain(words);
    expect(snippetWarnings('set $a b;')).toEqual([]);
  });

  it('at fault is named by its own line', async () => {
    const { content } = renderFront(front('set $a b;\n\nnonsense on;\nset $c d;'), nginx);
    const { accepted, output } = await testConfig([content]);
    const line = Number(/nonsense.* in \S+:([0-9]+)/.exec(output)?.[1]);
    expect([accepted, snippetLine(content, line)]).toEqual([false, 3]);
    expect([snippetLine(content, line - 3), snippetLine(content, line + 2), snippetLine(content, 1)]).toEqual(
      [null, null, null],
    );
    expect(snippetLine(renderFront(front(''), nginx).content, line)).toBeNull();
  });
});
