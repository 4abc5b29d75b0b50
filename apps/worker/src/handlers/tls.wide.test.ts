import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listCertificates,
  listDrift,
  putBack,
  removeApp,
  startDeployment,
  updateApp,
  uploadCertificate,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { type CertificateWish, makeAuthority } from '@fairlead/nginx/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'notes.example.com';
const directory = '/etc/fairlead/certificates';
const authority = makeAuthority();
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(51, ['one', 'two']);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines, ['postgresql']);
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    installCommand: 'npm ci --omit=dev',
    buildCommand: 'node build.js',
    startCommand: 'node server.js',
    domains: [domain],
    primaryServerId: servers[0]?.id,
    databaseEngine: 'postgresql',
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    acknowledged: checklistKeys,
  });
  await lab.machine('two').run(`cat > /root/root.pem <<'END'\n${authority.root}END`);
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

/** Asked from the other machine, trusting the authority alone. */
const visit = (scheme: 'http' | 'https', path: string) => {
  const at = lab.machine('one').address;
  const resolve = [80, 443].map((port) => `--resolve ${domain}:${port}:${at}`).join(' ');
  return lab
    .machine('two')
    .run(
      `curl -s -o /dev/null -w '%{http_code} %{redirect_url} %{http_version}' --cacert /root/root.pem ${resolve} ${scheme}://${domain}${path} || true`,
    )
    .then((text) => text.trim());
};
const onBalancer = async (line: string) => (await lab.machine('one').run(line)).trim();
const change = (tls: object) => plane.succeed(changeLoadBalancer, { appId, tls });
const upload = (wish: Partial<CertificateWish> = {}) => {
  const { chain: certificate, key } = authority.issue({ names: [domain], ...wish });
  return uploadCertificate(plane.ctx, plane.actor, { appId, certificate, key });
};
const shown = () =>
  onBalancer(
    `openssl s_client -connect 127.0.0.1:443 -servername ${domain} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256 | cut -d= -f2 | tr -d : | tr A-F a-f`,
  );

test('an uploaded certificate is shown to visitors, and HTTP leads to it', async () => {
  expect(await visit('http', '/whoami')).toBe('200  1.1');
  const { id, fingerprint } = await upload();
  await change({ mode: 'uploaded', certificateId: id });
  expect(await shown()).toBe(fingerprint);
  expect(await visit('https', '/whoami')).toBe('200  2');
  expect(await visit('http', '/whoami')).toBe('200  1.1');
  await change({ forceHttps: true, hstsSeconds: 300 });
  expect(await visit('http', '/whoami?a=b')).toBe(`308 https://${domain}/whoami?a=b 1.1`);
  expect(await visit('https', '/whoami')).toBe('200  2');
  expect(await onBalancer(`stat -c '%a %U' ${directory} ${directory}/notes ${directory}/notes/*`)).toBe(
    ['700 root', '700 root', '600 root', '600 root'].join('\n'),
  );
  const logs = await plane.database.prisma.logLine.findMany();
  expect(logs.map(({ text }) => text).join()).not.toContain('PRIVATE KEY');
  expect(await onBalancer('journalctl --no-pager | grep -c "PRIVATE KEY" || true')).toBe('0');
});

test('another certificate takes its place, again and again, and no visitor is lost', async () => {
  const { address } = lab.machine('one');
  const traffic = startTraffic({
    address,
    host: domain,
    path: '/whoami',
    postPath: '/notes',
    root: authority.root,
  });
  for (let turn = 0; turn < 4; turn += 1) {
    const { id, fingerprint } = await upload();
    await change({ certificateId: id });
    expect(await shown()).toBe(fingerprint);
    expect(await onBalancer(`ls ${directory}/notes | wc -l`)).toBe('2');
  }
  const { requests, failures, answers } = await traffic.stop();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(200);
  expect(Object.keys(answers)).toHaveLength(2);
});

test('a certificate that Nginx refuses is named, and the one before stays and keeps working', async () => {
  const before = await shown();
  const { id } = await upload({ isSha1: true });
  const { operation } = await changeLoadBalancer(plane.ctx, plane.actor, {
    appId,
    tls: { certificateId: id },
  });
  const ended = await plane.ended(operation.id);
  expect(ended).toMatchObject({ status: 'failed', error: { code: 'nginx-test-failed' } });
  expect(JSON.stringify(ended)).not.toContain('PRIVATE KEY');
  expect(await shown()).toBe(before);
  const { items } = await listCertificates(plane.ctx, plane.actor, { appId });
  expect(items.find(({ inUse }) => inUse)?.fingerprint).toBe(before);
  await plane.succeed(changeLoadBalancer, { appId, method: 'least_conn' });
  expect(await visit('https', '/whoami')).toBe('200  2');
});

test('a key that somebody opened for others is found, without being shown, and closed again', async () => {
  await onBalancer(`chmod 644 ${directory}/notes/*.key`);
  const drift = () => listDrift(plane.ctx, plane.actor, { appId });
  const [found] = await until(
    'the difference',
    async () => {
      const { items } = await drift();
      return items.length > 0 && items;
    },
    60_000,
  );
  expect(found).toMatchObject({ kind: 'file', subject: expect.stringMatching(/\.key$/) });
  expect(found?.diff).toContain('mode 0644');
  expect(JSON.stringify(found)).not.toContain('PRIVATE');
  await plane.succeed(putBack, { appId });
  expect(await onBalancer(`stat -c %a ${directory}/notes/*.key`)).toBe('600');
  await until('the difference to be gone', async () => (await drift()).items.length === 0, 60_000);
});

test('a new domain is served without TLS until a certificate is for it too', async () => {
  const second = 'www.notes.example.com';
  await updateApp(plane.ctx, plane.actor, { appId, domains: [second, domain] });
  const active = await plane.database.prisma.operation.findFirstOrThrow({ orderBy: { id: 'desc' } });
  expect((await plane.ended(active.id)).status).toBe('succeeded');
  const plain = () =>
    onBalancer(`curl -s -o /dev/null -w '%{http_code}' -H 'Host: ${second}' http://127.0.0.1/whoami`);
  await until('the new name to be served', async () => (await plain()) === '200');
  const { id } = await upload({ names: [domain, second] });
  await change({ certificateId: id });
  expect(await plain()).toBe('308');
});

test('switched off it leaves nothing behind, and the same goes for the app', async () => {
  await change({ mode: 'off' });
  expect(await visit('http', '/whoami')).toBe('200  1.1');
  expect(await onBalancer(`ls -A ${directory} && ls -A /var/lib/fairlead/certificates`)).toBe('.staging');
  const [latest] = (await listCertificates(plane.ctx, plane.actor, { appId })).items;
  await change({ mode: 'uploaded', certificateId: latest?.id });
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  expect(await onBalancer(`ls -A ${directory} && ls -A /var/lib/fairlead/certificates`)).toBe('.staging');
});
