import { lchown, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../testing/ask.ts';
import { startFastcgiEcho } from '../testing/fastcgi.ts';
import { freePorts, installedNginx, makePrefix, type Prefix, startNginx } from '../testing/real-nginx.ts';
import { backendSpecSchema, renderBackend } from './index.ts';

let prefix: Prefix;
let nginx: { stop(): Promise<void> };
let php: { stop(): Promise<void> };
let ports: { site: number; blog: number };

/** Two releases of each app, the second one marked; `current` names the first. */
async function makeApp(app: string): Promise<string> {
  const home = join(prefix.path, 'srv', app);
  for (const release of ['first', 'second']) {
    const root = join(home, 'releases', release, 'public');
    for (const folder of ['.git', 'docs', 'wp-content/uploads', 'storage', '.well-known']) {
      await mkdir(join(root, folder), { recursive: true });
    }
    const files = {
      'index.html': release,
      'index.php': '<?php',
      'login.php': '<?php',
      'about.html': 'about',
      'docs/index.html': 'docs',
      'old.phtml': 'source',
      'old.php5': 'source',
      '.env': 'SECRET=1',
      '.git/config': 'secret',
      '.well-known/security.txt': 'mail',
      'wp-content/uploads/cat.txt': 'cat',
      'wp-content/uploads/evil.php': '<?php',
      'storage/evil.PHP': '<?php',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
    await symlink('about.html', join(root, 'own-link.html'));
    // A link's owner counts: as root any other user will do, as a user root's file will.
    await symlink('/etc/hostname', join(root, 'foreign-link.html'));
    if (process.getuid?.() === 0) await lchown(join(root, 'foreign-link.html'), 65_534, 65_534);
  }
  await symlink('releases/first', join(home, 'current'));
  return home;
}

async function activate(app: string, release: string): Promise<void> {
  const home = join(prefix.path, 'srv', app);
  await symlink(`releases/${release}`, join(home, 'next'));
  await rename(join(home, 'next'), join(home, 'current'));
}

beforeAll(async () => {
  const capabilities = await installedNginx();
  const [site = 0, blog = 0] = await freePorts(2);
  ports = { site, blog };
  prefix = await makePrefix();
  await makeApp('site');
  await makeApp('blog');
  php = await startFastcgiEcho(join(prefix.path, 'run', 'php.sock'));
  const render = (app: 'site' | 'blog', target: object) =>
    renderBackend(
      backendSpecSchema.parse({
        kind: 'backend',
        app,
        generation: 1,
        listenAddress: '127.0.0.1',
        listenPort: ports[app],
        balancerAddresses: ['127.0.0.1'],
        target: { root: `/srv/fairlead/${app}/current/public`, ...target },
      }),
      capabilities,
    ).content;
  nginx = await startNginx(prefix, [
    render('site', { runtime: 'static' }),
    render('blog', { runtime: 'php', socket: '/run/fairlead/php.sock' }),
  ]);
}, 60_000);

afterAll(async () => {
  await nginx?.stop();
  await php?.stop();
  await prefix?.remove();
}, 60_000);

const get = (app: 'site' | 'blog', path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  ask({ port: ports[app], path, headers: { Host: 'blog.example.com', ...headers } });

async function script(path: string, headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const { status, body } = await get('blog', path, headers);
  expect(status, body).toBe(200);
  return JSON.parse(body);
}

describe.each(['site', 'blog'] as const)('the files of %s', { timeout: 60_000 }, (app) => {
  it.each(['/.env', '/.git/config', '/%2egit/config', '/docs/../.env', '/.well-known/../.env'])(
    'hide %s',
    async (path) => {
      expect((await get(app, path)).status).toBe(404);
    },
  );

  it('are served, links to the app’s own too', async () => {
    expect(await get(app, '/about.html')).toMatchObject({ status: 200, body: 'about' });
    expect(await get(app, '/docs/')).toMatchObject({ status: 200, body: 'docs' });
    expect(await get(app, '/own-link.html')).toMatchObject({ status: 200, body: 'about' });
    expect(await get(app, '/.well-known/security.txt')).toMatchObject({ status: 200, body: 'mail' });
    expect(await get(app, '/wp-content/uploads/cat.txt')).toMatchObject({ status: 200, body: 'cat' });
  });

  it('never send a visitor to the backend’s own port', async () => {
    expect((await get(app, '/docs')).headers.location).toBe('/docs/');
  });
});

describe('a static site', { timeout: 60_000 }, () => {
  it('finds pages without their ending, and says what it has not', async () => {
    expect(await get('site', '/about')).toMatchObject({ status: 200, body: 'about' });
    expect((await get('site', '/none')).status).toBe(404);
  });

  it('follows no link to what another owns', async () => {
    expect([403, 404]).toContain((await get('site', '/foreign-link.html')).status);
  });

  it('changes release with the link, without a reload', async () => {
    expect((await get('site', '/')).body).toBe('first');
    await activate('site', 'second');
    expect((await get('site', '/')).body).toBe('second');
  });
});

describe('a PHP site', { timeout: 60_000 }, () => {
  it('gives unknown paths to the front controller with what the balancer says of the client', async () => {
    const word = {
      'X-Real-IP': '203.0.113.9',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Port': '443',
      Proxy: 'evil',
    };
    const params = await script('/orders/7?page=2', word);
    expect(params.HTTP_PROXY ?? '').toBe('');
    expect(params).toMatchObject({
      SCRIPT_FILENAME: join(prefix.path, 'srv/blog/releases/first/public/index.php'),
      DOCUMENT_ROOT: join(prefix.path, 'srv/blog/releases/first/public'),
      REQUEST_URI: '/orders/7?page=2',
      QUERY_STRING: 'page=2',
      REMOTE_ADDR: '203.0.113.9',
      SERVER_NAME: 'blog.example.com',
      SERVER_PORT: '443',
      REQUEST_SCHEME: 'https',
      HTTPS: 'on',
    });
  });

  it('runs scripts that exist, and no others', async () => {
    const { SCRIPT_FILENAME, HTTPS } = await script('/login.php');
    expect(SCRIPT_FILENAME).toBe(join(prefix.path, 'srv/blog/releases/first/public/login.php'));
    expect(HTTPS).toBeUndefined();
    expect((await get('blog', '/none.php')).status).toBe(404);
    expect((await get('blog', '/about.html/x.php')).status).toBe(404);
  });

  it.each(['/wp-content/uploads/evil.php', '/storage/evil.PHP', '/old.phtml', '/old.php5'])(
    'neither runs nor shows %s',
    async (path) => {
      expect((await get('blog', path)).status).toBe(404);
    },
  );

  it('follows a switched release by its real path', async () => {
    await activate('blog', 'second');
    const { SCRIPT_FILENAME } = await script('/');
    expect(SCRIPT_FILENAME).toBe(join(prefix.path, 'srv/blog/releases/second/public/index.php'));
  });
});
