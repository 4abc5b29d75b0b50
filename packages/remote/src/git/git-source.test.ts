import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppError } from '@fairlead/errors';
import { type GitServer, openGitServer } from '@fairlead/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectRuntime } from './detect-runtime.ts';
import { listRemote } from './list-remote.ts';
import { readTag } from './read-tag.ts';
import { createRepositorySource } from './repository-source.ts';

let folder: string;
let server: GitServer;
const options = { allowHttp: true, allowPrivateNetworks: true };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-served-'));
  const repos = ['node-notes', 'php-notes', 'static-site', 'bare-notes', 'empty'];
  server = await openGitServer('127.0.0.1', folder, { repos });
  await server
    .repo('bare-notes')
    .commit({ 'package.json': '{"scripts":{"start":"x"}}', 'yarn.lock': '' }, 'x', 'feature/ä');
  const big = `{"scripts":{"start":"x"}}${' '.repeat(300_000)}`;
  await server.repo('bare-notes').commit({ 'package.json': big }, 'big', 'huge');
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
const url = (name: string) => server.repo(name).url;
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have failed'),
    (error: AppError) => error,
  );
const leftovers = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`fairlead-git-${process.pid}-`));

describe('listRemote', () => {
  test('names the branches, the default one first, and the head of the asked one', async () => {
    const heads = await listRemote({ repositoryUrl: url('bare-notes') }, options);
    expect(heads).toEqual({
      branches: ['main', 'feature/ä', 'huge'],
      branch: 'main',
      commit: await server.repo('bare-notes').head(),
    });
    const asked = await listRemote({ repositoryUrl: url('bare-notes'), branch: 'feature/ä' }, options);
    expect(asked.commit).toBe(await server.repo('bare-notes').head('feature/ä'));
  });

  test('a server that is known by its IPv6 address alone is asked there', async () => {
    const served = await mkdtemp(join(tmpdir(), 'fairlead-served-'));
    const six = await openGitServer('::1', served, { repos: ['static-site'] });
    try {
      const { url: repositoryUrl } = six.repo('static-site');
      expect(repositoryUrl).toContain('//[::1]:');
      const { commit } = await listRemote({ repositoryUrl }, options);
      expect(commit).toBe(await six.repo('static-site').head());
    } finally {
      await six.close();
      await rm(served, { recursive: true });
    }
  });

  test('a branch that is not there is named, with those that are', async () => {
    const error = await failure(listRemote({ repositoryUrl: url('node-notes'), branch: 'nope' }, options));
    expect(error).toMatchObject({ code: 'branch-not-found', details: { branches: ['main'] } });
  });

  test('tells a missing repository, a refused port and a stranger apart', async () => {
    const reasonOf = async (repositoryUrl: string) =>
      (await failure(listRemote({ repositoryUrl }, options))).details?.reason;
    expect(await reasonOf(`${server.url}/nothing.git`)).toBe('not-found');
    expect(await reasonOf('http://127.0.0.1:1/x.git')).toBe('refused');
    expect(await reasonOf('https://no.such.host.invalid/x.git')).toBe('dns');
    expect(await reasonOf(`${server.url.replace('http:', 'https:')}/x.git`)).toBe('tls');
  });

  test('a private repository asks for a key, not for a password at the terminal', async () => {
    const guarded = createServer((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
    );
    await new Promise<void>((resolve) => guarded.listen(0, '127.0.0.1', resolve));
    const { port } = guarded.address() as AddressInfo;
    const error = await failure(listRemote({ repositoryUrl: `http://127.0.0.1:${port}/x.git` }, options));
    expect(error).toMatchObject({ code: 'repository-unreachable', details: { reason: 'authentication' } });
    guarded.close();
  });

  test('a redirect is followed to the same address with .git alone', async () => {
    const seen: string[] = [];
    const moved = createServer((request, response) => {
      seen.push(request.url ?? '');
      response.writeHead(301, { location: 'http://169.254.169.254/latest/' }).end();
    });
    await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve));
    const { port } = moved.address() as AddressInfo;
    const error = await failure(listRemote({ repositoryUrl: `http://127.0.0.1:${port}/x` }, options));
    expect(error.details?.reason).toBe('redirect');
    expect(seen.map((path) => path.split('/info')[0])).toEqual(['/x', '/x.git']);
    moved.close();
  });

  test('a server that says nothing ends at the deadline', async () => {
    const silent = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const repositoryUrl = `http://127.0.0.1:${port}/x.git`;
    const error = await failure(listRemote({ repositoryUrl }, { ...options, timeoutMs: 200 }));
    expect(error).toMatchObject({ retryable: true, details: { reason: 'timeout' } });
    const abort = new AbortController();
    const asking = failure(listRemote({ repositoryUrl, signal: abort.signal }, options));
    abort.abort();
    expect((await asking).code).toBe('cancelled');
    silent.close();
    expect(await leftovers()).toEqual([]);
  });
});

describe('readTag', () => {
  test('answers the commit behind a plain and an annotated tag, and says when there is none', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
        cwd: join(folder, 'php-notes.git'),
      });
    const head = await server.repo('php-notes').head();
    git('tag', 'plain', head);
    git('tag', '-a', '-m', 'x', 'annotated', head);
    const read = (tag: string) => readTag({ repositoryUrl: url('php-notes'), tag }, options);
    expect([await read('plain'), await read('annotated')]).toEqual([head, head]);
    expect((await failure(read('main'))).code).toBe('commit-not-found');
    expect((await failure(read('--upload-pack=x'))).code).toBe('invalid-input');
  });
});

describe('what an installation does not allow', () => {
  test('plain http, and addresses inside the network, unless it says so', async () => {
    const ask = (change: object) =>
      failure(listRemote({ repositoryUrl: url('node-notes') }, { ...options, ...change }));
    expect((await ask({ allowHttp: false })).code).toBe('invalid-input');
    expect((await ask({ allowPrivateNetworks: false })).details?.reason).toBe('private-network');
  });

  test.each([
    'http://169.254.169.254/x.git',
    'http://[fe80::1]/x.git',
    'http://0.0.0.0/x.git',
    'http://2852039166/x.git',
  ])('%s, even then', async (repositoryUrl) => {
    expect((await failure(listRemote({ repositoryUrl }, options))).details?.reason).toBe('private-network');
  });
});

describe('detectRuntime', () => {
  test('reads what each sample is, without leaving anything behind', async () => {
    const node = await detectRuntime({ repositoryUrl: url('node-notes') }, options);
    expect(node).toMatchObject({ runtime: 'node', commit: await server.repo('node-notes').head() });
    expect((await detectRuntime({ repositoryUrl: url('php-notes') }, options)).runtime).toBe('php');
    expect((await detectRuntime({ repositoryUrl: url('static-site') }, options)).runtime).toBe('static');
    expect((await detectRuntime({ repositoryUrl: url('empty') }, options)).runtime).toBeNull();
    expect(await leftovers()).toEqual([]);
  });

  test('looks at the commit or branch that it is given', async () => {
    const repositoryUrl = url('bare-notes');
    const branch = await detectRuntime({ repositoryUrl, branch: 'feature/ä' }, options);
    expect(branch.suggestions.installCommand).toContain('yarn install');
    const commit = await server.repo('bare-notes').head();
    expect(await detectRuntime({ repositoryUrl, commit }, options)).toMatchObject({ runtime: null, commit });
    const gone = await failure(detectRuntime({ repositoryUrl, commit: '0'.repeat(40) }, options));
    expect(gone.code).toBe('commit-not-found');
    const nope = await failure(detectRuntime({ repositoryUrl, branch: 'nope' }, options));
    expect(nope.code).toBe('branch-not-found');
  });

  test('does not read a file that is too long to be what it should be', async () => {
    expect(
      (await detectRuntime({ repositoryUrl: url('bare-notes'), branch: 'huge' }, options)).runtime,
    ).toBeNull();
  });
});

test('the source for core answers everything in one question', async () => {
  const source = createRepositorySource(options);
  expect(await source.inspect({ repositoryUrl: url('static-site') })).toMatchObject({
    branches: ['main'],
    runtime: 'static',
    suggestions: { branch: 'main' },
  });
});

test('a folder of a branch is read with the lock file of its workspace, and a root of several apps offers them', async () => {
  const start = '{"name":"web","scripts":{"start":"x"}}';
  await server.repo('bare-notes').commit(
    {
      'package.json': '{"workspaces":["apps/*"]}',
      'package-lock.json': '{}',
      'yarn.lock': null,
      'apps/web/package.json': start,
      'apps/api/Dockerfile': 'FROM x\nCOPY . .\nEXPOSE 3000\n',
      'apps/api/fairlead.yml': 'healthPath: /up\n',
    },
    'mono',
    'mono',
  );
  const source = createRepositorySource(options);
  const look = (folder: string | null) =>
    source.inspect({ repositoryUrl: url('bare-notes'), branch: 'mono', folder });
  expect((await look(null)).folders).toEqual([
    { path: 'apps/api', runtime: 'docker' },
    { path: 'apps/web', runtime: 'node' },
  ]);
  expect(await look('apps/web')).toMatchObject({
    runtime: 'node',
    suggestions: { installCommand: 'npm ci', rootDirectory: null },
  });
  expect(await look('apps/api')).toMatchObject({
    runtime: 'docker',
    suggestions: { containerPort: 3000, rootDirectory: 'apps/api' },
    declaration: { file: 'apps/api/fairlead.yml', text: 'healthPath: /up\n' },
  });
  expect(await failure(look('apps/wbe'))).toMatchObject({ code: 'invalid-input' });
}, 30_000);
