import { answers, manifest, type Sample } from './sample.ts';

export const otherSamples: Sample[] = [
  {
    name: 'static page',
    framework: 'static',
    files: { 'index.html': '<h1>Hello</h1>' },
    expected: answers('oooooooo'),
  },
  {
    name: 'site that is built and never started',
    framework: 'static',
    files: {
      'package.json': JSON.stringify({ scripts: { build: 'vite build' }, devDependencies: { vite: '*' } }),
      'index.html': '',
      'src/main.ts': "localStorage.setItem('a', 'b');",
    },
    expected: answers('oooooooo'),
  },
  {
    name: 'a repository of another kind',
    framework: null,
    files: { 'main.go': 'package main', 'go.mod': 'module x' },
    expected: answers('uuuuuuuu'),
  },
  {
    name: 'Express in a manifest that lies about dependencies for development',
    framework: 'node',
    files: {
      'package.json': JSON.stringify({
        scripts: { start: 'node a.js' },
        devDependencies: { 'express-session': '*', multer: '*' },
      }),
      'a.js': "require('http').createServer((q, r) => r.end('x')).listen(1);",
    },
    expected: answers('oooooooo'),
  },
  {
    name: 'Node.js whose build writes files and whose development server is the app itself',
    framework: 'node',
    files: {
      'package.json': JSON.stringify({
        scripts: { build: 'node ./build.mjs', dev: 'node --watch server.mjs', start: 'node server.mjs' },
      }),
      'build.mjs': "import { writeFileSync } from 'node:fs';\nwriteFileSync('dist.html', '');",
      'server.mjs':
        "import { createServer } from 'node:http';\nimport { appendFileSync } from 'node:fs';\ncreateServer((request, response) => {\n  appendFileSync('visits.txt', 'x');\n  response.end();\n}).listen(1);",
    },
    expected: answers('oooopooo'),
  },
  {
    name: 'Koa that trusts the proxy, with sessions in cookies',
    framework: 'node',
    files: {
      'package.json': manifest('koa', 'koa-session'),
      'server.js':
        "const Koa = require('koa');\nconst session = require('koa-session');\nconst app = new Koa();\napp.proxy = true;\napp.keys = [process.env.KEY];\napp.use(session({ key: 'koa.sess' }, app));",
    },
    environment: { KEY: 'x' },
    expected: answers('oooooooo'),
  },
];
