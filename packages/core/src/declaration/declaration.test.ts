import { readFile } from 'node:fs/promises';
import { AppError } from '@fairlead/errors';
import { expect, test } from 'vitest';
import type { SourceInspection, Suggestions } from '../context.ts';
import { declare } from './declare.ts';
import { parseDeclaration } from './parse.ts';
import { declaredProcessesOf } from './processes.ts';
import { declarationJsonSchema } from './schema.ts';

const refusal = (text: string): string => {
  try {
    parseDeclaration(text);
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return 'taken';
};

test('docs/fairlead.schema.json is the schema that files are checked with', async () => {
  const file = new URL('../../../../docs/fairlead.schema.json', import.meta.url);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(declarationJsonSchema())),
  );
});

test('values are those of the API, each with its line', () => {
  const { values, lines } = parseDeclaration(
    '# ours\nruntime: python\nruntimeVersion: 3.10\n\nstartCommand: gunicorn --bind 127.0.0.1:$PORT app:app\nbuildCommand: null\nport: 21000\n',
  );
  expect(values).toEqual({
    runtime: 'python',
    runtimeVersion: '3.10',
    startCommand: 'gunicorn --bind 127.0.0.1:$PORT app:app',
    buildCommand: null,
    port: 21_000,
  });
  expect([...lines.values()]).toEqual([2, 3, 5, 6, 7]);
  expect(parseDeclaration('# nothing\n').values).toEqual({});
});

test.each([
  ['runtime: node\nstrat: x\n', 'fairlead.yml, line 2, strat: There is no such key.'],
  ['__proto__: {a: 1}\n', 'fairlead.yml, line 1, __proto__: There is no such key.'],
  ['constructor: x\n', 'fairlead.yml, line 1, constructor: There is no such key.'],
  ['\nport: 80\n', 'fairlead.yml, line 2, port: '],
  ['rootDirectory: ../x\n', 'fairlead.yml, line 1, rootDirectory: '],
  ['startCommand: |\n  a\n  b\n', 'fairlead.yml, line 1, startCommand: '],
  ['installCommand: [npm, ci]\n', 'fairlead.yml, line 1, installCommand: Give one value.'],
  ['installCommand: &a x\nbuildCommand: *a\n', 'are not taken.'],
  ['runtime: !!js/function x\n', 'fairlead.yml, line 1'],
  ['runtime: node\nruntime: php\n', 'fairlead.yml, line 2'],
  ['runtime: "node\n', 'fairlead.yml, line'],
  ['- runtime\n', 'fairlead.yml, line 1: It has to be a list of keys'],
  ['---\nruntime: node\n---\nruntime: php\n', 'fairlead.yml, line'],
  [`runtime: ${'x'.repeat(70_000)}\n`, 'fairlead.yml: It is longer than 64 KiB.'],
  [`runtime: ${'['.repeat(20_000)}\n`, 'fairlead.yml'],
])('%j is refused', (text, message) => {
  expect(refusal(text)).toContain(message);
});

const nothing: Suggestions = {
  ...{
    installCommand: null,
    buildCommand: null,
    startCommand: null,
    documentRoot: null,
    runtimeVersion: null,
  },
  ...{
    containerFile: null,
    containerService: null,
    containerPort: null,
    healthPath: null,
    rootDirectory: null,
  },
};

test('what the file says takes the place of what was found, and of its evidence', () => {
  const found: SourceInspection = {
    branches: ['main'],
    commit: 'a'.repeat(40),
    runtime: 'node',
    evidence: [
      { field: 'runtime', file: 'package.json', line: null, says: 'Node.js' },
      { field: 'buildCommand', file: 'package.json', line: 4, says: 'a "build" script' },
    ],
    suggestions: {
      ...nothing,
      branch: 'main',
      installCommand: 'npm ci',
      buildCommand: 'npm run build',
      startCommand: 'npm start',
    },
    alternative: null,
    folders: [],
    declaration: { file: 'fairlead.yml', text: 'buildCommand: null\nhealthPath: /up\n' },
  };
  const { runtime, suggestions, evidence } = declare(found);
  expect(runtime).toBe('node');
  expect(suggestions).toMatchObject({
    installCommand: 'npm ci',
    buildCommand: null,
    healthPath: '/up',
    port: null,
  });
  expect(evidence).toEqual([
    { field: 'buildCommand', file: 'fairlead.yml', line: 1, says: 'says so' },
    { field: 'healthPath', file: 'fairlead.yml', line: 2, says: 'says so' },
    found.evidence[0],
  ]);
  expect(declare({ ...found, declaration: null }).suggestions).toMatchObject({ healthPath: null });
});

const boxed: SourceInspection = {
  ...{ branches: ['main'], commit: 'a'.repeat(40), runtime: 'docker', folders: [] },
  evidence: [
    { field: 'runtime', file: 'Dockerfile', line: null, says: 'an image' },
    { field: 'containerPort', file: 'Dockerfile', line: 2, says: 'EXPOSE names it' },
  ],
  suggestions: { ...nothing, branch: 'main', containerPort: 3000, healthPath: '/up' },
  alternative: {
    runtime: 'node',
    suggestions: { ...nothing, installCommand: 'npm ci', startCommand: 'npm start' },
  },
  declaration: null,
};
const declared = (text: string, file = 'fairlead.yml') => declare({ ...boxed, declaration: { file, text } });

test('another runtime than the one that was found brings what is suggested of it', () => {
  const node = declared('runtime: node\n');
  expect(node).toMatchObject({
    runtime: 'node',
    suggestions: { branch: 'main', installCommand: 'npm ci', containerPort: null, healthPath: null },
    alternative: null,
  });
  expect(node.evidence.map(({ field }) => field)).toEqual(['runtime']);
  expect(declared('runtime: php\n').suggestions).toMatchObject({ containerPort: null, installCommand: null });
  const docker = declared('containerFile: compose.yml\ncontainerService: 1\ncontainerPort: 80\n');
  expect(docker).toMatchObject({
    runtime: 'docker',
    suggestions: {
      containerFile: 'compose.yml',
      containerService: '1',
      containerPort: 80,
      healthPath: '/up',
    },
    alternative: { runtime: 'node' },
  });
});

test('the file of a folder is named where it lies, and speaks of no other folder', () => {
  const file = 'apps/web/fairlead.yml';
  expect(declared('healthPath: /ok\n', file).evidence[0]).toMatchObject({ file, line: 1 });
  expect(() => declared('port: 1\n', file)).toThrow('apps/web/fairlead.yml, line 1, port: ');
  expect(() => declared('rootDirectory: apps/api\n', file)).toThrow('leave this key out');
  expect(declared('rootDirectory: apps/web\n', file).suggestions.rootDirectory).toBe('apps/web');
});

test('processes are declared by name, with the defaults of the API', () => {
  const text = [
    'runtime: node',
    'workers:',
    '  mail: {command: node mail.js, count: 2, memoryMib: 128}',
    'cron:',
    '  nightly:',
    '    schedule: "0 3 * * *"',
    '    command: node nightly.js --all "%h"',
    '    timeZone: Europe/Berlin',
    'commands:',
    '  seed: {command: npm run seed}',
  ].join('\n');
  expect(declaredProcessesOf(text)).toEqual([
    {
      ...{ name: 'mail', kind: 'worker', command: 'node mail.js', count: 2, memoryMib: 128 },
      ...{ place: 'all', backendId: null, stopTimeoutSeconds: 30 },
    },
    {
      ...{ name: 'nightly', kind: 'cron', command: 'node nightly.js --all "%h"', schedule: '0 3 * * *' },
      ...{ timeZone: 'Europe/Berlin', place: 'one', backendId: null, memoryMib: null },
      ...{ stopTimeoutSeconds: 30, timeLimitSeconds: 3600 },
    },
    { name: 'seed', kind: 'command', command: 'npm run seed', memoryMib: null, timeLimitSeconds: 3600 },
  ]);
  expect(declaredProcessesOf(null)).toEqual([]);
});

test('processes of an app in a folder are those of its own file, or of the root’s that names it', () => {
  const text = 'commands:\n  seed: {command: x}\n';
  const named = `rootDirectory: apps/shop\n${text}`;
  const names = (...given: Parameters<typeof declaredProcessesOf>) =>
    declaredProcessesOf(...given).map(({ name }) => name);
  const own = 'apps/shop/fairlead.yml';
  expect(names(text)).toEqual(['seed']);
  expect(names(text, { folder: 'apps/shop', file: own })).toEqual(['seed']);
  expect(names(text, { folder: 'apps/shop' })).toEqual([]);
  expect(names(named, { folder: 'apps/shop' })).toEqual(['seed']);
  expect(names(named, { folder: 'apps/other' })).toEqual([]);
  expect(() => names('workers: x\n', { folder: 'apps/shop', file: own })).toThrow(
    `${own}, line 1, workers: `,
  );
});

test.each([
  ['workers:\n  mail:\n    command: x\n    count: -1\n', 'fairlead.yml, line 4, workers.mail.count: '],
  ['workers:\n  Mail: {command: x}\n', 'fairlead.yml, line 2, workers.Mail: '],
  [
    'workers:\n  mail: {command: x, backendId: y}\n',
    'fairlead.yml, line 2, workers.mail.backendId: There is no such field.',
  ],
  ['workers:\n  mail: {command: [a, b]}\n', 'fairlead.yml, line 2, workers.mail.command: Give one value.'],
  ['workers:\n  __proto__: {command: x}\n', 'fairlead.yml, line 2, workers.__proto__: There is no such key.'],
  [
    'cron:\n  a:\n    command: x\n    schedule: "@daily"\n',
    'fairlead.yml, line 4, cron.a.schedule: Write @daily as',
  ],
  ['cron:\n  a: {command: x}\n', 'fairlead.yml, line 2, cron.a'],
  ['workers:\n  a: {command: "x\\ny"}\n', 'fairlead.yml, line 2, workers.a.command: '],
  ['workers: node x\n', 'fairlead.yml, line 1, workers: '],
  ['workers:\n  a: {command: x}\ncommands:\n  a: {command: x}\n', 'Two processes are called a.'],
])('processes: %j is refused', (text, message) => {
  let said = 'taken';
  try {
    declaredProcessesOf(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    said = error.message;
  }
  expect(said).toContain(message);
});
