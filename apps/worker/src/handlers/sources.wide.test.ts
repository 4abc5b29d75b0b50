import { randomBytes } from 'node:crypto';
import {
  type Context,
  confirmRepositoryHostKey,
  createApp,
  makeDeployKey,
  readRepositoryAccess,
  seeRepositoryHostKey,
  setRepositoryToken,
  startDeployment,
  updateApp,
} from '@fairlead/core';
import type { GitServer, Lab } from '@fairlead/lab';
import { createKeyPair } from '@fairlead/remote';
import { createRepositorySource } from '@fairlead/remote/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const token = `glpat-${randomBytes(12).toString('hex')}/+é`.replace('é', '=');
/** What an app's command can see of the one that started it: environment, input, memory, files; says LEAKED where a secret is. */
const spy = [
  "python3 -c \"import os,re; p='/proc/%d/' % os.getppid(); q='/proc/%d/' % int(open(p+'stat').read().rsplit(')',1)[1].split()[1])",
  "seen=b''",
  'exec(\'for base in (p,q):\\n for name in (\\"environ\\",\\"cmdline\\",\\"fd/0\\"):\\n  try: seen+=open(base+name,\\"rb\\").read()\\n  except OSError: pass\\n maps=open(base+\\"maps\\").read()\\n for line in maps.splitlines():\\n  a,b=[int(x,16) for x in line.split()[0].split(\\"-\\")]\\n  try:\\n   m=open(base+\\"mem\\",\\"rb\\"); m.seek(a); seen+=m.read(min(b-a,1<<24))\\n  except (OSError,ValueError,OverflowError): pass\')',
  "files=os.listdir('/run/fairlead/builds')",
  "print('READ', len(seen)>1000000, 'FILES', files, 'LEAKED' if re.search(b'glpa'+b't-|BEGIN OPENSSH PRIV'+b'ATE', seen) else 'CLEAN')\"",
].join('; ');
let plane: TestControlPlane;
let ctx: Context;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let serverId: string;

/** A backend, and a machine with a Git server that speaks SSH. */
beforeAll(async () => {
  plane = await startTestControlPlane();
  ctx = {
    ...plane.ctx,
    repositories: createRepositorySource({ allowHttp: true, allowPrivateNetworks: true }),
    generateKeyPair: () => createKeyPair('fairlead'),
  };
  lab = await bootLab(69, ['one', 'git']);
  git = await lab.gitServer({ repos: ['static-site'], token });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  const [server] = await prepareFleet(plane, [lab.machine('one')]);
  serverId = server?.id ?? '';
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const at = (machine: string, line: string) => lab.machine(machine).run(line);
const create = async (name: string, repositoryUrl: string) =>
  (
    await createApp(ctx, plane.actor, {
      name,
      repositoryUrl,
      runtime: 'static',
      installCommand: spy,
      domains: [`${name.toLowerCase()}.example.com`],
      primaryServerId: serverId,
    })
  ).id;
const deploy = (appId: string) => plane.finish(startDeployment, { appId });
const logOf = async (operationId: string) =>
  (await plane.database.prisma.logLine.findMany({ where: { operationId } }))
    .map(({ text }) => text)
    .join('\n');

/** Files anywhere on the backend, and processes, that hold the text. */
const holders = async (text: string) =>
  (
    await at(
      'one',
      `grep -rlF -e '${text}' /srv /etc /var/lib/fairlead /var/log /var/tmp /tmp /run /dev/shm /home /root 2>/dev/null || true
for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ 2>/dev/null | grep -qF -e '${text}' && echo $p; done || true`,
    )
  ).trim();

test('a private repository over HTTPS is read by its token, of which nothing stays', async () => {
  const appId = await create('Token', git.repo('static-site').url);
  const refused = await deploy(appId);
  expect(refused).toMatchObject({ status: 'failed', error: { code: 'repository-unreachable' } });
  await setRepositoryToken(ctx, plane.actor, { appId, token: `${token}x` });
  const wrong = await deploy(appId);
  expect(wrong).toMatchObject({ status: 'failed', error: { details: { reason: 'authentication' } } });
  expect(JSON.stringify(wrong)).not.toContain('glpat');
  await setRepositoryToken(ctx, plane.actor, { appId, token });
  const { id } = await plane.succeed(startDeployment, { appId });
  const log = await logOf(id);
  expect(log).toContain('READ True FILES [] CLEAN');
  expect(log).not.toContain('glpat');
  expect(await holders('glpat-')).toBe('');
  expect(await at('one', 'cat /srv/fairlead/token/repo.git/config')).not.toMatch(/glpat|credential|url/);
});

test('what Git LFS keeps is fetched by choice, by the token of the repository', async () => {
  const { id: appId } = await plane.database.prisma.app.findFirstOrThrow({ where: { slug: 'token' } });
  const repository = git.repo('static-site');
  const content = `${'large '.repeat(1000)}\n`;
  const pointer = await repository.keepLfsObject(content);
  const lost = pointer.replace(/[0-9a-f]{64}/, 'a'.repeat(64));
  await repository.commit({ '.gitattributes': '*.bin filter=lfs\n', 'large.bin': pointer }, 'Large');
  const served = async () => at('one', 'cat /srv/fairlead/token/current/large.bin');
  const without = await plane.succeed(startDeployment, { appId });
  expect(await logOf(without.id)).toContain('left as pointers');
  expect(await served()).toBe(pointer);
  await updateApp(ctx, plane.actor, { appId, lfs: true });
  await plane.succeed(startDeployment, { appId });
  expect(await served()).toBe(content);
  expect(await holders('glpat-')).toBe('');
  await repository.commit({ 'lost.bin': lost }, 'Lost');
  const failed = await deploy(appId);
  expect(failed).toMatchObject({ status: 'failed', error: { code: 'build-failed' } });
  expect(failed.error?.message).toContain('Git LFS');
  expect(await logOf(failed.id)).toContain('Object does not exist');
  expect(await served()).toBe(content);
});

test('a private repository over SSH is read by a deploy key, from the server whose key was confirmed', async () => {
  const home = '/home/git';
  const clone = git.repo('static-site').url.replace('://', `://x:${encodeURIComponent(token)}@`);
  await at(
    'git',
    `useradd -m -s /usr/bin/git-shell git; git clone -q --bare '${clone}' ${home}/app.git; chown -R git: ${home}`,
  );
  const appId = await create('Key', `git@${lab.machine('git').address}:app.git`);
  const act = { appId };
  expect(await deploy(appId)).toMatchObject({ status: 'failed', error: { code: 'repository-unreachable' } });
  const { deployKey } = await makeDeployKey(ctx, plane.actor, act);
  expect(await deploy(appId)).toMatchObject({ status: 'failed', error: { code: 'host-key-unknown' } });
  const { hostKey } = await seeRepositoryHostKey(ctx, plane.actor, act);
  const shown = await at('git', 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
  expect(shown).toContain(hostKey.offered);
  await confirmRepositoryHostKey(ctx, plane.actor, { appId, fingerprint: hostKey.offered });
  expect(await deploy(appId)).toMatchObject({ error: { details: { reason: 'authentication' } } });
  await at(
    'git',
    `mkdir -p ${home}/.ssh; echo 'restrict ${deployKey?.publicKey}' > ${home}/.ssh/authorized_keys; chown -R git: ${home}`,
  );
  const { id } = await plane.succeed(startDeployment, act);
  const log = await logOf(id);
  expect(log).toContain('READ True FILES [] CLEAN');
  expect(log).not.toContain('PRIVATE KEY');
  expect(await holders('BEGIN OPENSSH PRIVATE KEY')).not.toMatch(/srv|fairlead|tmp|shm|run|proc/);
  // Another key in the place of the confirmed one: the server is not talked to, by the worker nor by the backend.
  await at('git', 'rm /etc/ssh/ssh_host_*; ssh-keygen -A >/dev/null; systemctl restart ssh');
  expect(await deploy(appId)).toMatchObject({ error: { details: { reason: 'host-key' } } });
  await plane.database.prisma.release.deleteMany();
  const head = await at('git', `git -c safe.directory='*' -C ${home}/app.git rev-parse HEAD`);
  await at(
    'one',
    'find /srv/fairlead/key/repo.git -mindepth 1 -delete; rm -rf /var/lib/fairlead/apps/key/releases/*',
  );
  const built = await plane.finish(startDeployment, { appId, commit: head.trim() });
  expect(built).toMatchObject({ status: 'failed' });
  expect(await logOf(built.id)).toMatch(/host identification has changed/i);
  expect((await readRepositoryAccess(ctx, plane.actor, act)).hostKey.pinned).toBe(hostKey.offered);
});

test('one folder of a repository is the app, and a link in its place is none', async () => {
  const { id: appId } = await plane.database.prisma.app.findFirstOrThrow({ where: { slug: 'key' } });
  // The Git server's new key is looked at and confirmed.
  const { hostKey } = await seeRepositoryHostKey(ctx, plane.actor, { appId });
  expect(hostKey.offered).not.toBe(hostKey.pinned);
  await confirmRepositoryHostKey(ctx, plane.actor, { appId, fingerprint: hostKey.offered });
  await at(
    'git',
    `cd /tmp; git config --global --add safe.directory '*'; git clone -q /home/git/app.git work; cd work; mkdir -p apps/shop
echo inside > apps/shop/index.html; echo 'commands: {seed: {command: ls}}' > apps/shop/fairlead.yml
echo 'commands: {other: {command: ls}}' > fairlead.yml; ln -s apps/shop link; ln -s /etc outside; git add -A
git -c user.name=x -c user.email=x@example.com commit -qm folders; git push -q; chown -R git: /home/git`,
  );
  const set = (rootDirectory: string) => updateApp(ctx, plane.actor, { appId, rootDirectory });
  for (const [folder, words] of [
    ['nothing', 'no such folder'],
    ['link', 'no such folder'],
    ['outside', 'no such folder'],
    ['apps/shop/index.html', 'no such folder'],
  ] as const) {
    await set(folder);
    const failed = await deploy(appId);
    expect(failed, folder).toMatchObject({ status: 'failed' });
    expect(failed.error?.message, folder).toContain(words);
  }
  await set('apps/shop');
  const { id } = await plane.succeed(startDeployment, { appId });
  expect(await at('one', 'ls -A /srv/fairlead/key/current/')).toBe('fairlead.yml\nindex.html\n');
  const answer = await at('one', "curl -s -H 'Host: key.example.com' http://127.0.0.1/");
  expect(answer).toBe('inside\n');
  const { processes } = await plane.database.prisma.deployment.findFirstOrThrow({
    where: { operationId: id },
  });
  expect(processes).toMatchObject([{ name: 'seed', kind: 'command' }]);
});

test('what a tag points at is deployed, whatever the branch has by then', async () => {
  const { id: appId } = await plane.database.prisma.app.findFirstOrThrow({ where: { slug: 'key' } });
  await updateApp(ctx, plane.actor, { appId, rootDirectory: '' });
  const commit = await at(
    'git',
    `cd /tmp/work; git -c user.name=x -c user.email=x@example.com tag -a v1.0 -m x HEAD~1; git push -q origin v1.0
chown -R git: /home/git; git rev-parse v1.0^{commit}`,
  );
  const none = await plane.finish(startDeployment, { appId, tag: 'v2.0' });
  expect(none).toMatchObject({ status: 'failed', error: { code: 'commit-not-found' } });
  const { id } = await plane.succeed(startDeployment, { appId, tag: 'v1.0' });
  const deployment = await plane.database.prisma.deployment.findFirstOrThrow({ where: { operationId: id } });
  expect(deployment).toMatchObject({ tag: 'v1.0', commit: commit.trim() });
  expect(await at('one', 'ls -A /srv/fairlead/key/current/')).not.toContain('apps');
});

test('submodules are taken in by choice, theirs too, from the server that the key opens', async () => {
  const { id: appId } = await plane.database.prisma.app.findFirstOrThrow({ where: { slug: 'key' } });
  const commit = 'git -c user.name=x -c user.email=x@example.com commit -qm more';
  const link = (url: string, path: string, from: string) =>
    `printf '[submodule "x"]\n\tpath = ${path}\n\turl = ${url}\n' > .gitmodules
git update-index --add --cacheinfo 160000,$(git -C ${from} rev-parse HEAD),${path}; git add .gitmodules; ${commit}`;
  const push = 'git push -q origin HEAD; chown -R git: /home/git';
  await at(
    'git',
    `cd /tmp; for name in deep lib; do git init -q --bare /home/git/$name.git; git clone -q /home/git/$name.git $name 2>/dev/null; done
cd /tmp/deep; echo deep > deep.txt; git add -A; ${commit}; ${push}
cd /tmp/lib; echo lib > lib.txt; git add -A; ${link('../deep.git', 'inner/deep', '/tmp/deep')}; ${push}
cd /tmp/work; ${link('../lib.git', 'vendor/lib', '/tmp/lib')}; ${push}`,
  );
  const files = () => at('one', 'cd /srv/fairlead/key/current/; find vendor -type f -printf "%p "');
  const without = await plane.succeed(startDeployment, { appId });
  expect(await logOf(without.id)).toContain('Submodules are left out (1)');
  expect(await files()).toBe('');
  await updateApp(ctx, plane.actor, { appId, submodules: true });
  await plane.succeed(startDeployment, { appId });
  expect((await files()).trim().split(' ').sort()).toEqual([
    'vendor/lib/.gitmodules',
    'vendor/lib/inner/deep/deep.txt',
    'vendor/lib/lib.txt',
  ]);
  for (const [url, words] of [
    ['file:///etc', 'none that is fetched from'],
    ['../../../lib.git', 'leads out of'],
  ] as const) {
    await at('git', `cd /tmp/work; ${link(url, 'vendor/lib', '/tmp/lib')}; ${push}`);
    const failed = await deploy(appId);
    expect(failed, url).toMatchObject({ status: 'failed', error: { code: 'build-failed' } });
    expect(await logOf(failed.id)).toContain(words);
  }
  expect(await at('one', 'cat /srv/fairlead/key/current/vendor/lib/lib.txt')).toBe('lib\n');
});
