import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changeEnvironment,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listProcesses,
  readChecklist,
  removeApp,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { debianFiles, fromWheels, type GitServer, type Lab, makeWheels, unpackDebian } from '@fairlead/lab';
import { domainAddresses } from '@fairlead/remote/dns';
import { createRepositorySource } from '@fairlead/remote/git';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const password = 'a-harbour-at-night';
const source = createRepositorySource({ allowHttp: true, allowPrivateNetworks: true });
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let servers: Server[];

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(91, ['one', 'two']);
  git = await lab.gitServer({ repos: ['wordpress', 'django-notes', 'laravel-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, [lab.machine('one'), lab.machine('two')], ['mariadb']);
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const at = (machine: string, line: string) => lab.machine(machine).run(line);
/** Asks the balancer for an app, as a visitor who keeps its cookies. */
const visit = (host: string, path: string, more = '') =>
  at('one', `curl -sS -b /tmp/${host} -c /tmp/${host} -H "Host: ${host}" ${more} "http://127.0.0.1${path}"`);

async function make(name: string, repository: string, more: object): Promise<string> {
  const { id } = await createApp(plane.ctx, plane.actor, {
    name,
    repositoryUrl: git.repo(repository).url,
    domains: [hostOf(name)],
    databaseEngine: 'mariadb',
    primaryServerId: servers[0]?.id,
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    ...more,
  });
  return id;
}
const hostOf = (name: string) => `${name.toLowerCase()}.example.com`;
const balance = (appId: string) =>
  plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    method: 'round_robin',
    acknowledged: checklistKeys,
  });

/** A deployment of another commit under visitors, of whom none is lost, and whom both backends answer with the new release. */
async function deployedUnderTraffic(
  name: string,
  appId: string,
  path: string,
  change: Record<string, string>,
) {
  const repository = { Blog: 'wordpress', Notes: 'django-notes', Shop: 'laravel-notes' }[name] ?? '';
  const commit = await git.repo(repository).commit(change, 'Next');
  const traffic = startTraffic({ address: lab.machine('one').address, host: hostOf(name), path });
  await plane.succeed(startDeployment, { appId });
  const { requests } = traffic.report;
  await until('visitors of the new release', async () => traffic.report.requests > requests + 20);
  const { failures, answers } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(Object.keys(answers).sort()).toEqual(['one', 'two']);
  const { commit: served } = await plane.database.prisma.deployment.findFirstOrThrow({
    where: { appId, status: 'succeeded' },
    orderBy: { number: 'desc' },
  });
  expect(served).toBe(commit);
}

test('WordPress: two servers are one site to whoever is signed in, and uploads are what the checklist says', async () => {
  const files = await debianFiles(['wordpress']);
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-wordpress-'));
  await cp(join(files, 'usr/share/wordpress'), folder, { recursive: true });
  await cp(join(import.meta.dirname, '../../../../packages/lab/samples/wordpress'), folder, {
    recursive: true,
  });
  await git.repo('wordpress').commitFolder(folder, 'WordPress of Debian');
  await rm(folder, { recursive: true });
  await rm(files, { recursive: true });
  const { runtime, suggestions } = await inspect('wordpress');
  const { branch: _, ...commands } = suggestions;
  const appId = await make('Blog', 'wordpress', {
    runtime,
    ...commands,
    healthPath: '/wp-includes/images/blank.gif',
  });
  await changeEnvironment(plane.ctx, plane.actor, {
    appId,
    set: { WP_SECRET: 'one-for-all-backends', APP_URL: `http://${hostOf('Blog')}` },
  });
  await plane.succeed(startDeployment, { appId });
  const installed = await visit(
    'blog.example.com',
    '/wp-admin/install.php?step=2',
    `-d weblog_title=Harbour -d user_name=ada -d admin_password=${password} -d admin_password2=${password} -d pw_weak=on -d admin_email=ada@example.com -d blog_public=0`,
  );
  expect(installed).toMatch(/Success|installed/);
  await balance(appId);
  await visit('blog.example.com', '/wp-login.php');
  await visit('blog.example.com', '/wp-login.php', `-d log=ada -d pwd=${password} -d testcookie=1`);
  const seen = new Set<string>();
  for (let index = 0; index < 8; index += 1) {
    const head = await visit('blog.example.com', '/wp-admin/profile.php', '-o /dev/null -D -');
    expect(head).toMatch(/^HTTP\/1.1 200/);
    seen.add(/x-backend: (\w+)/i.exec(head)?.[1] ?? '');
  }
  expect([...seen].sort()).toEqual(['one', 'two']);
  const ctx = { ...plane.ctx, repositories: source, domains: { addresses: domainAddresses } };
  const { items } = await readChecklist(ctx, plane.actor, { appId });
  expect(items.find(({ key }) => key === 'uploads')).toMatchObject({ status: 'problem' });
  await deployedUnderTraffic('Blog', appId, '/?rest_route=/where/v1/me', {
    'wp-content/themes/plain/index.php': '<?php echo "Another theme";',
  });
  await plane.succeed(removeApp, { appId, confirm: 'Blog' });
});

test('Django: migrated once before the roll, its sessions are every backend’s', async () => {
  const wheels = ['django', 'asgiref', 'sqlparse', 'pytz', 'gunicorn', 'packaging', 'pymysql'];
  for (const machine of ['one', 'two']) {
    await unpackDebian(lab.machine(machine), [
      'python3-django',
      'python3-asgiref',
      'python3-sqlparse',
      'python3-tz',
    ]);
    await makeWheels(lab.machine(machine), wheels);
  }
  const { runtime, suggestions } = await inspect('django-notes');
  const { branch: _, ...commands } = suggestions;
  expect(suggestions.startCommand).toContain('site_config.wsgi');
  const appId = await make('Notes', 'django-notes', {
    runtime,
    ...commands,
    healthPath: '/whoami',
    releaseCommand: 'python manage.py migrate --noinput',
  });
  await changeEnvironment(plane.ctx, plane.actor, {
    appId,
    set: { ...fromWheels, SECRET_KEY: 'one-for-all-backends' },
  });
  await plane.succeed(startDeployment, { appId });
  await balance(appId);
  expect(await counted('notes.example.com')).toEqual([1, 2, 3, 4, 5, 6]);
  await visit('notes.example.com', '/notes', '-d body=ahoy');
  expect(await visit('notes.example.com', '/')).toContain('ahoy');
  await deployedUnderTraffic('Notes', appId, '/whoami', { 'notes/version.py': 'VERSION = 2\n' });
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
});

test('a Laravel-shaped app: sealed cookies, a worker that takes jobs, a storage that outlives releases', async () => {
  const { runtime, suggestions } = await inspect('laravel-notes');
  const { branch: _, ...commands } = suggestions;
  expect([runtime, suggestions.documentRoot]).toEqual(['php', 'public']);
  const appId = await make('Shop', 'laravel-notes', {
    runtime,
    ...commands,
    healthPath: '/up',
    releaseCommand: 'php artisan migrate --force',
    sharedFolders: ['storage'],
  });
  await changeEnvironment(plane.ctx, plane.actor, {
    appId,
    set: { APP_KEY: `base64:${Buffer.alloc(32, 7).toString('base64')}` },
  });
  await plane.succeed(startDeployment, { appId });
  await balance(appId);
  expect(await counted('shop.example.com')).toEqual([1, 2, 3, 4, 5, 6]);
  for (let index = 0; index < 12; index += 1) await visit('shop.example.com', '/jobs', `-d body=${index}`);
  await until(
    'all jobs to be done',
    async () => !(await visit('shop.example.com', '/jobs')).includes('null'),
  );
  const { items } = await listProcesses(plane.ctx, plane.actor, { appId });
  expect(items).toMatchObject([{ settings: { name: 'queue' } }]);
  await deployedUnderTraffic('Shop', appId, '/whoami', { 'bootstrap/version.php': '<?php return 2;' });
  const logged = await Promise.all(
    ['one', 'two'].map((machine) => at(machine, 'cat /srv/fairlead/shop/current/storage/logs/laravel.log')),
  );
  expect(logged.join('').match(/visit/g)).toHaveLength(6);
  await plane.succeed(removeApp, { appId, confirm: 'Shop' });
});

const inspect = (repository: string) => source.inspect({ repositoryUrl: git.repo(repository).url });

/** What one visitor is told by six visits, to both backends. */
async function counted(host: string): Promise<number[]> {
  const seen: { server: string; visits: number }[] = [];
  for (let index = 0; index < 6; index += 1) seen.push(JSON.parse(await visit(host, '/visits')));
  expect([...new Set(seen.map(({ server }) => server))].sort()).toEqual(['one', 'two']);
  return seen.map(({ visits }) => visits);
}
