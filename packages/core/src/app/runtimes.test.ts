import { expect, test } from 'vitest';
import { runtimesOf, satisfiesVersion } from './runtimes.ts';

test.each([
  ['18.20.4', '18', true],
  ['18.20.4', '18.20.4', true],
  ['18.20.4', '18.2', false],
  ['18.20.4', '1', false],
  ['18.20.4', '22', false],
  ['3.11.2', '>=3.9', true],
  ['3.11.2', '>=3.11.2', true],
  ['3.11.2', '>=3.11.3', false],
  ['3.11.2', '>=3.13', false],
  ['20.19.2', '>=18.30', true],
  ['20.19.2', 'lts', false],
])('%s is asked for as %s: %s', (version, asked, is) => {
  expect(satisfiesVersion(version, asked)).toBe(is);
});

test.each([
  ['php', 'composer install', 'npm ci && npm run build', ['node', 'php']],
  ['static', 'pnpm install', null, ['node', 'static']],
  ['python', 'pip install -r node-requirements.txt', null, ['python']],
  ['node', 'npm ci', null, ['node']],
])('an app of %s with %s and %s', (runtime, installCommand, buildCommand, needed) => {
  expect(runtimesOf({ runtime, installCommand, buildCommand })).toEqual(needed);
});
