import { expect, test } from 'vitest';
import { judgeFiles } from './runtime-guess.ts';

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
  [{ 'pnpm-lock.yaml': '' }, 'corepack pnpm install --frozen-lockfile', 'corepack pnpm run start'],
  [{ 'yarn.lock': '' }, 'corepack yarn install --frozen-lockfile', 'corepack yarn run start'],
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
