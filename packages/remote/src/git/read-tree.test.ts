import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppError } from '@fairlead/errors';
import { type GitServer, openGitServer } from '@fairlead/lab';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTree, type TreeRequest } from './read-tree.ts';
import { createRepositorySource } from './repository-source.ts';

let folder: string;
let server: GitServer;
const options = { allowHttp: true, allowPrivateNetworks: true };
const limits = { files: 10, fileBytes: 1_000, totalBytes: 3_000, paths: 100 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-trees-'));
  server = await openGitServer('127.0.0.1', folder, { repos: ['plain', 'filtering'] });
  const git = (...args: string[]) => execa('git', ['-C', join(folder, 'filtering.git'), ...args]);
  await git('config', 'uploadpack.allowFilter', 'true');
  for (const name of ['plain', 'filtering']) {
    await server.repo(name).commit(
      {
        'composer.json': '{"require":{}}',
        'config/größe.php': '<?php // ä',
        'same.php': '<?php // ä',
        'long.php': 'x'.repeat(2_000),
        'picture.php': 'a\0b',
        'node_modules/x.js': 'x',
      },
      'files',
    );
  }
  // A symbolic link to a file of the machine that reads, and a submodule.
  const link = (
    await execa('git', ['-C', join(folder, 'filtering.git'), 'hash-object', '-w', '--stdin'], {
      input: '/etc/passwd',
    })
  ).stdout;
  await git('read-tree', 'main');
  await git('update-index', '--add', '--cacheinfo', `120000,${link},link.php`);
  await git('update-index', '--add', '--cacheinfo', `160000,${'a'.repeat(40)},module.php`);
  const tree = (await git('write-tree')).stdout;
  const author = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@b.c',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@b.c',
  };
  const commit = (
    await execa(
      'git',
      ['-C', join(folder, 'filtering.git'), 'commit-tree', tree, '-p', 'main', '-m', 'link'],
      { env: author },
    )
  ).stdout;
  await git('update-ref', 'refs/heads/main', commit);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const ask = (name: string, change: Partial<TreeRequest> = {}) => ({
  repositoryUrl: server.repo(name).url,
  branch: 'main',
  folder: null,
  key: null,
  choose: (paths: readonly string[]) => paths.filter((path) => /php$|json$/.test(path)),
  limits,
  ...change,
});
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have failed'),
    (error: AppError) => error,
  );

describe.each(['plain', 'filtering'])('a tree of a server that is %s', (name) => {
  test('has all names, the chosen texts, and says what it could not read', async () => {
    const tree = await readTree(ask(name), options);
    expect(tree.commit).toBe(await server.repo(name).head());
    expect(tree.paths).toContain('node_modules/x.js');
    expect(tree.files).toEqual([
      { path: 'composer.json', text: '{"require":{}}' },
      { path: 'config/größe.php', text: '<?php // ä' },
      { path: 'same.php', text: '<?php // ä' },
    ]);
    expect(tree.unread.sort()).toEqual(['long.php', 'picture.php']);
    expect(
      (await readdir(tmpdir())).filter((each) => each.startsWith(`fairlead-git-${process.pid}-`)),
    ).toEqual([]);
  });

  test('is bounded in files, bytes and names', async () => {
    const few = await readTree(ask(name, { limits: { ...limits, files: 1, paths: 2 } }), options);
    expect(few.files.map(({ path }) => path)).toEqual(['composer.json']);
    expect(few.paths).toHaveLength(2);
    expect(few.unread).toContain('same.php');
    const small = await readTree(ask(name, { limits: { ...limits, totalBytes: 20 } }), options);
    expect(small.files.map(({ path }) => path)).toEqual(['composer.json']);
    const none = await readTree(ask(name, { choose: () => [] }), options);
    expect(none).toMatchObject({ files: [], unread: [] });
  });
});

test('links and submodules are no files: nothing leads out of the tree', async () => {
  const tree = await readTree(
    ask('filtering', { choose: () => ['link.php', 'module.php', '../../etc/passwd'] }),
    options,
  );
  expect(tree.paths).not.toContain('link.php');
  expect(tree.files).toEqual([]);
  expect(tree.unread).toHaveLength(3);
});

test('a server that sends more than is asked for is ended', async () => {
  const noise = Array.from({ length: 60 }, (_, n): [string, string] => [
    `${n}.bin`,
    Array.from({ length: 20_000 }, () => Math.random().toString(36)).join(''),
  ]);
  await server.repo('plain').commit(Object.fromEntries(noise), 'noise', 'huge');
  const error = await failure(
    readTree(ask('plain', { branch: 'huge' }), { ...options, maxDiskBytes: 200_000 }),
  );
  expect(error).toMatchObject({ code: 'repository-unreachable', details: { reason: 'too-large' } });
  expect((await readTree(ask('plain', { branch: 'huge' }), options)).files).toHaveLength(3);
}, 60_000);

test('the source reads a commit once, a new head anew, and tells a missing branch', async () => {
  const source = createRepositorySource(options);
  const [first, second] = await Promise.all([source.readTree(ask('plain')), source.readTree(ask('plain'))]);
  expect(first).toBe(second);
  const head = await server.repo('plain').commit({ 'new.php': '', 'apps/shop/index.php': '<?php' }, 'new');
  expect(await source.readTree(ask('plain'))).toMatchObject({ commit: head });
  expect(await source.readTree(ask('plain', { folder: 'apps/shop' }))).toMatchObject({
    paths: ['index.php'],
    files: [{ path: 'index.php', text: '<?php' }],
  });
  expect((await failure(source.readTree(ask('plain', { branch: 'nope' })))).code).toBe('branch-not-found');
});
