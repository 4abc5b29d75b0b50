import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  changeLoadBalancer,
  createApp,
  orderCertificate,
  readLoadBalancer,
  setAcmeAccount,
  startDeployment,
  updateApp,
} from '@fairlead/core';
import type { Lab } from '@fairlead/lab';
import { type Pebble, startPebble } from '@fairlead/remote/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

// A certificate that renews itself: Debian's Pebble as the authority, asked by a worker, proved through a balancer of the lab.
const [domain, second] = ['site.example.com', 'www.site.example.com'];
let plane: TestControlPlane;
let worker: WorkerProcess;
let pebble: Pebble;
let lab: Lab;
let folder: string;
let appId: string;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(52, ['one']);
  folder = await mkdtemp(join(tmpdir(), 'fairlead-acme-'));
  pebble = await startPebble({ address: lab.machine('one').address });
  const roots = join(folder, 'roots.pem');
  await writeFile(roots, pebble.root);
  const git = await lab.gitServer({ repos: ['static-site'] });
  const env = { ...plane.env, FAIRLEAD_ACME_ROOTS: roots };
  worker = await startWorkerProcess(env, createLog(plane.env.LOG_LEVEL));
  const [one] = await prepareFleet(plane, lab.machines);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Site',
    repositoryUrl: git.repo('static-site').url,
    runtime: 'static',
    domains: [domain],
    primaryServerId: one?.id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await lab.machine('one').run(`cat > /root/root.pem <<'END'\n${await pebble.issuerRoot()}\nEND`);
});
afterAll(async () => {
  await worker?.stop();
  await pebble?.stop();
  await lab?.down();
  await plane?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

const tls = async () => (await readLoadBalancer(plane.ctx, plane.actor, { appId })).tls;
/** The status that a visitor gets by HTTPS, trusting Pebble's root alone. */
const visit = async (name: string) =>
  (
    await lab
      .machine('one')
      .run(
        `curl -s -o /dev/null -w '%{http_code}' --cacert /root/root.pem --resolve ${name}:443:127.0.0.1 https://${name}/ || true`,
      )
  ).trim();
const shownFor = (name: string, what: string, otherThan = '') =>
  until(
    what,
    async () => {
      const { certificate } = await tls();
      const isShown = certificate !== null && certificate.fingerprint !== otherThan;
      return isShown && (await visit(name)) === '200' && certificate;
    },
    // An order that failed once is tried again after a minute.
    200_000,
  );
const challenges = () =>
  lab
    .machine('one')
    .run('ls /var/lib/fairlead-acme/.well-known/acme-challenge | wc -l')
    .then((text) => text.trim());

test('a certificate is ordered by itself once that is chosen, proved through the balancer, and shown', async () => {
  await setAcmeAccount(plane.ctx, plane.actor, {
    directoryUrl: pebble.directoryUrl,
    email: 'ada@example.com',
    termsAgreed: true,
  });
  await plane.succeed(changeLoadBalancer, { appId, tls: { mode: 'acme', forceHttps: true } });
  expect((await tls()).certificate).toBeNull();
  const certificate = await shownFor(domain, 'the certificate');
  expect(certificate).toMatchObject({
    source: 'acme',
    names: [domain],
    issuer: expect.stringMatching(/^Pebble/),
  });
  expect(await challenges()).toBe('0');
  const { order } = await tls();
  expect(order).toMatchObject({ failures: 0, error: null });
  expect(new Date(order?.dueAt ?? 0).getTime()).toBeGreaterThan(Date.now());
  const operation = await plane.database.prisma.operation.findFirstOrThrow({
    where: { kind: 'certificate.order' },
    include: { steps: { orderBy: { position: 'asc' } } },
  });
  expect(operation).toMatchObject({ status: 'succeeded', actorName: 'Fairlead', actorId: null });
  expect(operation.steps.map(({ key }) => key)).toEqual([
    'account',
    'order',
    `challenge:${domain}`,
    'certificate',
  ]);
});

test('a domain more is a certificate more, for both names', async () => {
  const { certificate: before } = await tls();
  await updateApp(plane.ctx, plane.actor, { appId, domains: [domain, second] });
  const certificate = await shownFor(second, 'the certificate of both', before?.fingerprint);
  expect(certificate.names.toSorted()).toEqual([domain, second]);
  expect(await visit(domain)).toBe('200');
});

test('when its time comes it is renewed, with another key, and the old one stays until the new one is shown', async () => {
  const { certificate: before } = await tls();
  await plane.database.prisma.certificateOrder.update({ where: { appId }, data: { dueAt: new Date(0) } });
  const certificate = await shownFor(domain, 'the renewed certificate', before?.fingerprint);
  expect(certificate.serial).not.toBe(before?.serial);
  // The old one's files go once no worker of Nginx has them.
  await expect.poll(() => lab.machine('one').run('ls /etc/fairlead/certificates/site | wc -l')).toBe('2\n');
});

test('a name that can not be proved is told, put off, and keeps nothing from being served', async () => {
  await lab
    .machine('one')
    .run(
      'nft add table inet closed; nft add chain inet closed in "{ type filter hook input priority -20; }"; nft add rule inet closed in iif != lo tcp dport 80 drop',
    );
  const { certificate: before } = await tls();
  await updateApp(plane.ctx, plane.actor, { appId, domains: [domain, second, 'new.site.example.com'] });
  const order = await until(
    'the failure',
    async () => {
      const { order } = await tls();
      return order !== null && order.failures > 0 && order;
    },
    120_000,
  );
  expect(order).toMatchObject({ failures: 1, error: { code: 'acme-failed' } });
  expect(order.error?.message).toMatch(/site\.example\.com was not proved: /);
  expect(order.error?.hint).toContain('port 80');
  const pause = new Date(order.dueAt).getTime() - Date.now();
  expect(pause).toBeGreaterThan(30_000);
  expect(pause).toBeLessThan(70_000);
  expect(await challenges()).toBe('0');
  expect(await visit(domain)).toBe('200');
  expect((await tls()).certificate?.fingerprint).toBe(before?.fingerprint);
  await lab.machine('one').run('nft delete table inet closed');
  await plane.succeed(orderCertificate, { appId });
  await shownFor('new.site.example.com', 'the certificate of all three', before?.fingerprint);
  expect(await tls()).toMatchObject({ order: { failures: 0, error: null }, uncovered: [] });
});
