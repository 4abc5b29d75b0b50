import { expect, test } from 'vitest';
import { judgeFiles } from './judge.ts';

const judge = (files: Record<string, string | object>) =>
  judgeFiles({
    paths: new Set(Object.keys(files)),
    read: async (path) => {
      const content = files[path];
      return typeof content === 'object' ? JSON.stringify(content) : (content ?? null);
    },
  });

test.each([
  [{ 'package-lock.json': '' }, 'npm ci', 'npm run start'],
  [{ 'pnpm-lock.yaml': '' }, 'pnpm install --frozen-lockfile', 'pnpm run start'],
  [{ 'yarn.lock': '' }, 'yarn install --frozen-lockfile', 'yarn run start'],
  [{ 'yarn.lock': '__metadata:\n  version: 8\n' }, 'yarn install --immutable', 'yarn run start'],
  [{ 'bun.lock': '' }, 'npm install', 'npm run start'],
  [{}, 'npm install', 'npm run start'],
])('the lock file %j decides the package manager', async (lock, installCommand, startCommand) => {
  const guess = await judge({ 'package.json': { scripts: { start: 'node .' } }, ...lock });
  expect(guess).toMatchObject({
    runtime: 'node',
    suggestions: { installCommand, startCommand, buildCommand: null },
  });
});

test('without a start script the main file is started', async () => {
  const guess = await judge({ 'package.json': { main: './server.js' }, 'server.js': '' });
  expect(guess.suggestions.startCommand).toBe('node server.js');
  const hostile = await judge({ 'package.json': { main: 'x; id' }, 'x; id': '' });
  expect(hostile.suggestions.startCommand).toBeNull();
});

test('a site that is built and never started is static', async () => {
  const guess = await judge({
    'package.json': { scripts: { build: 'vite build' } },
    'package-lock.json': '',
    'index.html': '',
  });
  expect(guess).toMatchObject({
    runtime: 'static',
    suggestions: { buildCommand: 'npm run build', documentRoot: 'dist' },
  });
});

test('a page beside a package.json of tools alone is static as it is', async () => {
  expect(await judge({ 'package.json': {}, 'index.html': '' })).toMatchObject({
    runtime: 'static',
    suggestions: { installCommand: null, documentRoot: '.' },
  });
});

test('Laravel serves public/, installs with Composer and builds its assets', async () => {
  const guess = await judge({
    'composer.json': { require: { 'laravel/framework': '^12' } },
    artisan: '',
    'public/index.php': '',
    'package.json': { scripts: { build: 'vite build' } },
    'package-lock.json': '',
  });
  expect(guess).toMatchObject({
    runtime: 'php',
    suggestions: { documentRoot: 'public', buildCommand: 'npm ci && npm run build', startCommand: null },
  });
  expect(guess.suggestions.installCommand).toContain('composer install');
});

test('a plain index.php is PHP; composer.json alone says nothing about serving', async () => {
  expect(await judge({ 'index.php': '' })).toMatchObject({
    runtime: 'php',
    suggestions: { documentRoot: '.', installCommand: null },
  });
  expect((await judge({ 'composer.json': {} })).runtime).toBeNull();
});

test('broken or hostile manifests are looked over', async () => {
  for (const text of [
    '{',
    '[]',
    'null',
    '"x"',
    '{"scripts":{"__proto__":1}}',
    '{"scripts":[]}',
    '{"require":"x"}',
  ]) {
    expect(['node', null]).toContain((await judge({ 'package.json': text, 'composer.json': text })).runtime);
  }
});

const evidenceOf = ({ evidence }: Awaited<ReturnType<typeof judge>>, field: string) =>
  evidence
    .filter((each) => each.field === field)
    .map(({ file, line }) => (line === null ? file : `${file}:${line}`));

test('each value says where it was read', async () => {
  const manifest =
    '{\n  "main": "x.js",\n  "scripts": {\n    "start": "node x",\n    "build": "tsc"\n  }\n}\n';
  const guess = await judge({ 'package.json': manifest, 'package-lock.json': '' });
  expect(evidenceOf(guess, 'runtime')).toEqual(['package.json']);
  expect(evidenceOf(guess, 'installCommand')).toEqual(['package-lock.json']);
  expect(evidenceOf(guess, 'startCommand')).toEqual(['package.json:4']);
  expect(evidenceOf(guess, 'buildCommand')).toEqual(['package.json:5']);
});

test('Django: the settings say what serves it, and whether static files are collected', async () => {
  const manage = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings.production")\n';
  const guess = await judge({
    'manage.py': manage,
    'requirements.txt': '# web\nDjango==5.1\ngunicorn>=23\n',
    'shop/settings/production.py': 'from .base import *\n',
    'shop/settings/base.py':
      'WSGI_APPLICATION = "shop.wsgi.application"\nSTATIC_ROOT = BASE_DIR / "static"\n',
    'package.json': { scripts: { build: 'vite build', start: 'vite' } },
    'package-lock.json': '',
  });
  expect(guess).toMatchObject({
    runtime: 'python',
    suggestions: {
      installCommand: 'pip install -r requirements.txt',
      buildCommand: 'npm ci && npm run build && python manage.py collectstatic --noinput',
      startCommand: 'gunicorn --bind 127.0.0.1:$PORT --workers 2 shop.wsgi:application',
    },
  });
  expect(evidenceOf(guess, 'startCommand')).toEqual(['shop/settings/base.py:1', 'requirements.txt:3']);
  expect(evidenceOf(guess, 'buildCommand')).toContain('shop/settings/base.py:2');
});

test('Django with a server of ASGI alone is served by it', async () => {
  const guess = await judge({
    'manage.py': 'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")',
    'requirements.txt': 'django\nchannels[daphne]\n',
    'shop/settings.py': 'WSGI_APPLICATION = "shop.wsgi.application"\n',
    'shop/asgi.py': '\napplication = get_asgi_application()\n',
  });
  expect(guess.suggestions).toMatchObject({
    installCommand: 'pip install -r requirements.txt uvicorn',
    buildCommand: null,
    startCommand: 'uvicorn --host 127.0.0.1 --port $PORT shop.asgi:application',
  });
});

const wsgi = (application: string) => `gunicorn --bind 127.0.0.1:$PORT --workers 2 ${application}`;
const asgi = (application: string) => `uvicorn --host 127.0.0.1 --port $PORT ${application}`;

test.each([
  ['app.py', 'from flask import Flask\napp = Flask(__name__)\n', wsgi('app:app'), 2],
  ['main.py', 'import fastapi\napi: fastapi.FastAPI = fastapi.FastAPI()\n', asgi('main:api'), 2],
  ['shop/__init__.py', 'def create_app():\n    pass\n', wsgi("'shop:create_app()'"), 1],
  ['wsgi.py', '\ndef application(environ, start_response):\n    pass\n', wsgi('wsgi:application'), 2],
  ['asgi.py', 'async def app(scope, receive, send):\n    pass\n', asgi('asgi:app'), 1],
  ['shop/main.py', 'app = Starlette(routes=[])\n', asgi('shop.main:app'), 1],
])('the application in %s is found', async (file, text, startCommand, line) => {
  const guess = await judge({ 'requirements.txt': '', [file]: text });
  expect(guess).toMatchObject({ runtime: 'python', suggestions: { startCommand } });
  expect(evidenceOf(guess, 'startCommand')).toEqual([`${file}:${line}`]);
});

test('a server of WSGI that nothing asks for is installed beside the packages', async () => {
  const app = { 'app.py': 'app = Flask(__name__)' };
  const without = await judge({ ...app, 'requirements.txt': 'flask\n' });
  expect(without.suggestions.installCommand).toBe('pip install -r requirements.txt gunicorn');
  const project =
    '[project]\nname = "shop"\ndependencies = [\n  "flask>=3",\n  "waitress; python_version > \'3\'",\n]\n';
  const waitress = await judge({ ...app, 'pyproject.toml': project, 'uv.lock': '' });
  expect(waitress.suggestions).toMatchObject({
    installCommand: 'pip install .',
    startCommand: 'waitress-serve --listen=127.0.0.1:$PORT app:app',
  });
  expect(evidenceOf(waitress, 'startCommand')).toEqual(['app.py:1', 'pyproject.toml:5']);
  expect(evidenceOf(waitress, 'installCommand')).toEqual(['pyproject.toml', 'uv.lock']);
});

test('packages of Python for the tools of a Node.js app do not make it one of Python', async () => {
  const tools = { 'requirements.txt': 'black\n', 'tests/app.py': 'app = Flask(__name__)' };
  expect((await judge({ ...tools, 'package.json': { scripts: { start: 'node .' } } })).runtime).toBe('node');
  expect(await judge(tools)).toMatchObject({ runtime: 'python', suggestions: { startCommand: null } });
});

test('names that a shell would read otherwise are not suggested', async () => {
  const guess = await judge({
    'requirements.txt': '',
    '$(id)/app.py': 'app = Flask()',
    'a;b.py': 'app = Flask()',
  });
  expect(guess.suggestions.startCommand).toBeNull();
});

test.each([
  [{ '.nvmrc': 'v22.12.0\n' }, '22.12.0', '.nvmrc:1'],
  [{ '.node-version': '# ours\n20' }, null, null],
  [{ '.node-version': '20' }, '20', '.node-version:1'],
  [{ '.nvmrc': 'lts/jod' }, null, '.nvmrc:1'],
])('%j says which Node.js', async (more, version, where) => {
  const guess = await judge({ 'package.json': { scripts: { start: 'node .' } }, ...more });
  expect(guess.suggestions.runtimeVersion).toBe(version);
  expect(evidenceOf(guess, 'runtimeVersion')).toEqual(where === null ? [] : [where]);
});

test.each([
  ['>=18 <23', '>=18'],
  ['^22.1.0', '22'],
  ['~20.9', '20.9'],
  ['22.x', '22'],
  ['18 || 20', null],
  ['*', null],
])('engines.node %s', async (node, version) => {
  const manifest = `{\n "scripts": { "start": "x" },\n "engines": {\n  "node": "${node}"\n }\n}`;
  const guess = await judge({ 'package.json': manifest });
  expect(guess.suggestions.runtimeVersion).toBe(version);
  expect(evidenceOf(guess, 'runtimeVersion')).toEqual(['package.json:4']);
});

test.each([
  [{ '.python-version': '3.12\n' }, '3.12'],
  [{ 'runtime.txt': 'python-3.11.4\n' }, '3.11.4'],
  [{ 'pyproject.toml': '[project]\nrequires-python = ">=3.10,<4"\n' }, '>=3.10'],
])('%j says which Python', async (more, version) => {
  const guess = await judge({ 'app.py': 'app = Flask(__name__)', ...more });
  expect(guess.suggestions.runtimeVersion).toBe(version);
});
