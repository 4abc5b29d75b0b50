import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AppError, Secret } from '@fairlead/errors';
import { type GitServer, openGitServer } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createKeyPair } from '../key-pair.ts';
import { createRepositorySource } from './repository-source.ts';

const secret = 'glpat-0123+/=%@:é'.replace('é', '~');
const options = { allowHttp: true, allowPrivateNetworks: true };
const source = createRepositorySource(options);
let folder: string;
let server: GitServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fairlead-private-'));
  server = await openGitServer('127.0.0.1', folder, { repos: ['static-site'], token: secret });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail('should have failed'),
    (error: AppError) => error,
  );
const token = (text: string) => ({
  type: 'token' as const,
  username: 'x-token-auth',
  token: new Secret(text),
});
const leftovers = async () =>
  (await Promise.all(['/dev/shm', tmpdir()].map((path) => readdir(path))))
    .flat()
    .filter((name) => name.startsWith(`fairlead-git-key-${process.pid}-`));

test('a token opens a repository, a wrong one or none does not, and nothing is left or told', async () => {
  const asked = { repositoryUrl: server.repo('static-site').url, branch: 'main' };
  const commit = await source.headOf({ ...asked, key: token(secret) });
  expect(commit).toBe(await server.repo('static-site').head());
  for (const key of [null, token(`${secret}x`)]) {
    const error = await failure(source.headOf({ ...asked, key }));
    expect(error.details?.reason).toBe('authentication');
    expect(JSON.stringify(error.toPublic())).not.toContain('glpat');
  }
  expect(await leftovers()).toEqual([]);
});

test('a token goes to the server that it is for, in no address, argument or environment', async () => {
  const seen: { url: string; authorization: string | undefined }[] = [];
  const elsewhere = createServer((request, response) => {
    seen.push({ url: request.url ?? '', authorization: request.headers.authorization });
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  // A Git that writes down how it was called.
  const git = join(folder, 'git');
  await writeFile(
    git,
    `#!/bin/sh\n{ printf '%s\\n' "$@"; env; } >> ${folder}/calls\nexec /usr/bin/git "$@"\n`,
  );
  await chmod(git, 0o755);
  const spied = createRepositorySource({ ...options, gitPath: git });
  const repositoryUrl = `http://127.0.0.1:${port}/x.git`;
  await failure(spied.headOf({ repositoryUrl, branch: 'main', key: token(secret) }));
  elsewhere.close();
  const login = `Basic ${Buffer.from(`x-token-auth:${secret}`).toString('base64')}`;
  expect(seen.map(({ authorization }) => authorization)).toEqual([undefined, login]);
  expect(JSON.stringify(seen.map(({ url }) => url))).not.toContain('glpat');
  const calls = await readFile(join(folder, 'calls'), 'utf8');
  expect(calls).toContain('ls-remote');
  expect(calls).not.toMatch(/glpat|Basic/);
});

test('a token does not follow a redirect', async () => {
  const told: (string | undefined)[] = [];
  const thief = createServer((request, response) => {
    told.push(request.headers.authorization);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const to = `http://127.0.0.1:${(thief.address() as AddressInfo).port}`;
  const moved = createServer((request, response) =>
    response.writeHead(301, { location: `${to}${request.url}` }).end(),
  );
  await new Promise<void>((resolve) => moved.listen(0, '127.0.0.1', resolve));
  const repositoryUrl = `http://127.0.0.1:${(moved.address() as AddressInfo).port}/x.git`;
  const error = await failure(source.headOf({ repositoryUrl, branch: 'main', key: token(secret) }));
  expect(error.details?.reason).toBe('redirect');
  expect(told).toEqual([]);
  moved.close();
  thief.close();
});

test('a deploy key is an Ed25519 pair whose fingerprint ssh-keygen tells alike', async () => {
  const pair = createKeyPair('fairlead-shop');
  const path = join(folder, 'id');
  await writeFile(path, pair.privateKey.reveal(), { mode: 0o600 });
  const { stdout } = await promisify(execFile)('ssh-keygen', ['-lf', path]);
  expect(stdout).toContain(pair.fingerprint);
  expect(stdout).toContain('ED25519');
});

test('the host key is asked of servers that speak SSH alone, and not inside of the network', async () => {
  expect((await failure(source.hostKeyOf('https://git.example/x.git'))).code).toBe('invalid-input');
  const closed = createRepositorySource();
  expect((await failure(closed.hostKeyOf('git@127.0.0.1:x.git'))).details?.reason).toBe('private-network');
  expect((await failure(source.hostKeyOf('ssh://git@127.0.0.1:1/x.git'))).code).toBe(
    'repository-unreachable',
  );
});
