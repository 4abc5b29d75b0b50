import {
  changeEnvironment,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  removeApp,
  runCommand,
  setProcess,
  startDeployment,
  updateApp,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { type FileChanges, type GitServer, Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { prepareFleet } from '../../testing/lab-fleet.ts';
import { startTraffic, type Traffic } from '../../testing/traffic.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const names = ['one', 'two', 'three'] as const;
type Name = (typeof names)[number];
const domain = 'notes.example.com';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;
let traffic: Traffic;

const on = (name: Name, command: string) => lab.machine(name).run(command);
const onAll = <T>(ask: (name: Name) => Promise<T>) => Promise.all(names.map(ask));
const idOf = (name: string) => servers.find((one) => one.name === name)?.id ?? '';
const backendOn = (name: Name) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: idOf(name) } });
const push = (version: string, files: FileChanges = {}) =>
  git.repo('docker-notes').commit({ 'www/version.txt': version, ...files }, version);
const deploy = (more: object = {}) => plane.succeed(startDeployment, { appId, ...more });
const ask = (path: string) =>
  on('one', `curl -sS -m 5 -H 'Host: ${domain}' 'http://${lab.machine('one').address}${path}'`);
const versionOn = async (name: Name) => {
  const { colour } = await backendOn(name);
  const { slot } = await plane.database.prisma.app.findUniqueOrThrow({ where: { id: appId } });
  const port = 30_000 + 2 * slot + (colour === 'green' ? 1 : 0);
  return JSON.parse(await on(name, `curl -sS -m 5 http://127.0.0.1:${port}/cgi-bin/whoami`)).version;
};
/** Megabytes that were sent to servers which did not build, as the operation's steps say. */
const sent = async (operationId: string) => {
  const steps = await plane.database.prisma.step.findMany({ where: { operationId } });
  return steps.flatMap(({ detail }) => {
    const megabytes = /sent: ([\d.]+) MB/.exec(detail ?? '')?.[1];
    return megabytes === undefined ? [] : [Number(megabytes)];
  });
};
const output = async (operationId: string) =>
  (
    await plane.database.prisma.logLine.findMany({
      where: { operationId, stream: { not: 'fairlead' } },
      orderBy: { id: 'asc' },
    })
  )
    .map(({ text }) => text)
    .join('\n');

const compose = `services:
  web:
    build: {context: ., dockerfile: web.Dockerfile}
    environment: {MOOD: "\${MOOD:-fine}", DATABASE_URL: postgres://notes@database/notes, TOKEN: "\${TOKEN}"}
  database: {image: postgres}
`;
const dockerfile = `FROM scratch
COPY --chmod=0755 busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
WORKDIR /notes
COPY . .
RUN chmod 0755 serve www/cgi-bin/* && mkdir /tmp
CMD ["/notes/serve"]
`;

beforeAll(async () => {
  plane = await startTestControlPlane();
  // An image that was built on Debian 12 runs on 13.
  const machines = names.map((name) => ({
    ...{ name, image: 'stocked' as const, release: name === 'three' ? (13 as const) : (12 as const) },
  }));
  lab = await Lab.up({ name: 'worker-86', slot: 86, machines });
  git = await lab.gitServer({ repos: ['docker-notes'] });
  worker = await startWorkerProcess(plane.env, createLog('silent'));
  servers = await prepareFleet(plane, lab.machines, ['postgresql']);
  await push('1', { busybox: Buffer.from(await on('one', 'base64 -w0 /bin/busybox'), 'base64') });
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('docker-notes').url,
    runtime: 'docker',
    domains: [domain],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    rolloutRise: 1,
    primaryServerId: idOf('one'),
    databaseEngine: 'postgresql',
    sharedFolders: ['data'],
    releaseCommand: 'echo "released by $FAIRLEAD_RELEASE to $GREETING" >> data/released',
  });
  appId = app.id;
  await changeEnvironment(plane.ctx, plane.actor, { appId, set: { GREETING: 'hello' } });
  await plane.succeed(setProcess, {
    ...{ appId, name: 'queue' },
    process: { kind: 'worker', command: 'echo "works on $GREETING"; exec sleep 9999', count: 1 },
  });
}, 600_000);

afterAll(async () => {
  await traffic?.stop();
  await worker?.stop();
  await lab?.down();
  await plane?.close();
}, 60_000);

test('a Dockerfile is built once, and the image sent to the others that answer visitors', async () => {
  await deploy();
  expect(await ask('/cgi-bin/whoami')).toContain('"version":"1"');
  traffic = startTraffic({ address: lab.machine('one').address, host: domain, path: '/cgi-bin/whoami' });
  const enabled = await plane.succeed(enableLoadBalancer, {
    ...{ appId, serverIds: [idOf('two'), idOf('three')], method: 'round_robin', acknowledged: checklistKeys },
  });
  expect(await sent(enabled.id)).toHaveLength(2);
  await until('all three to answer', async () => Object.keys(traffic.report.answers).length === 3);
  expect(await onAll(versionOn)).toEqual(['1', '1', '1']);
  // It was built on one alone.
  const [one, ...others] = await onAll((name) => on(name, 'ls /srv/fairlead/notes/repo.git | wc -l'));
  expect(one).not.toBe('0\n');
  expect(others).toEqual(['0\n', '0\n']);
}, 240_000);

test('every container reaches the database: the primary’s by its server’s loopback, others by its address', async () => {
  // PostgreSQL answers a request for TLS with one letter, N or S.
  const command = `echo "$(printf '\\000\\000\\000\\010\\004\\322\\026\\057' | nc -w 3 "$DB_HOST" "$DB_PORT" 2>/dev/null | head -c 1)"`;
  for (const name of names) {
    const { id: backendId } = await backendOn(name);
    const ran = await plane.succeed(runCommand, { appId, backendId, command });
    expect(await output(ran.id)).toMatch(/^[NS]$/);
  }
}, 120_000);

test('another release replaces it without a lost request; layers that are the same are not sent again', async () => {
  await push('2');
  const { id } = await deploy();
  expect(await onAll(versionOn)).toEqual(['2', '2', '2']);
  const megabytes = await sent(id);
  expect(megabytes).toHaveLength(2);
  // Busybox alone is 2 MB.
  for (const each of megabytes) expect(each).toBeLessThan(0.2);
  expect(await on('one', 'cat /srv/fairlead/notes/shared/data/released | wc -l')).toBe('2\n');
  expect(
    await onAll((name) =>
      on(name, 'journalctl -o cat -u "fairlead-notes.queue@1" | grep -c "works on hello"'),
    ),
  ).toEqual(['2\n', '2\n', '2\n']);
}, 240_000);

test('an image that can not be built, and one that does not answer, reach nobody', async () => {
  await push('3', { Dockerfile: 'FROM scratch\nCOPY nothing /nothing\n' });
  const unbuilt = await plane.finish(startDeployment, { appId });
  expect(unbuilt.error).toMatchObject({
    code: 'build-failed',
    message: expect.stringContaining('The image could not be built.'),
  });
  await push('4', {
    Dockerfile: `FROM scratch\nCOPY --chmod=0755 busybox /bin/sh\nCMD ["/bin/sh", "-c", "echo no such table; exit 3"]\n`,
  });
  const silent = await plane.finish(startDeployment, { appId });
  expect(silent.status).toBe('failed');
  expect(await onAll(versionOn)).toEqual(['2', '2', '2']);
}, 240_000);

test('a release of before is taken again by its image', async () => {
  const first = await plane.database.prisma.deployment.findFirstOrThrow({
    where: { appId },
    orderBy: { createdAt: 'asc' },
  });
  await deploy({ rollbackTo: first.id });
  expect(await onAll(versionOn)).toEqual(['1', '1', '1']);
}, 120_000);

test('a server that is started again serves by itself', async () => {
  await traffic.stop().then(({ failures }) => expect(failures).toEqual([]));
  await lab.machine('two').reboot();
  await until('two to answer', async () => (await versionOn('two').catch(() => '')) === '1', 60_000);
}, 120_000);

test('a compose file’s service is deployed with what it says, without the database beside it', async () => {
  await updateApp(plane.ctx, plane.actor, { appId, containerFile: 'compose.yaml', releaseCommand: null });
  await git.repo('docker-notes').commit({ Dockerfile: null }, 'No file of that name');
  await push('5', { 'web.Dockerfile': dockerfile, 'compose.yaml': compose });
  const { id } = await deploy();
  expect(await onAll(versionOn)).toEqual(['5', '5', '5']);
  const log = await output(id);
  expect(log).toContain('Left out: database.');
  expect(log).toContain('environment.TOKEN is left out');
  const { id: backendId } = await backendOn('three');
  const ran = await plane.succeed(runCommand, { appId, backendId, command: 'echo "$MOOD $DATABASE_URL"' });
  expect(await output(ran.id)).toMatch(/^fine /);
  expect(await output(ran.id)).not.toContain('postgres://notes@database');
}, 240_000);

test('images of releases that are gone are gone, too', async () => {
  const images = `python3 -c 'import json; print(len({name for image in json.load(open("/srv/fairlead/notes/images/overlay-images/images.json")) for name in image.get("names") or []}))'`;
  const releases = 'ls /srv/fairlead/notes/releases | wc -l';
  for (const version of ['6', '7']) {
    await push(version);
    await deploy();
  }
  for (const name of names) expect(await on(name, images)).toBe(await on(name, releases));
}, 400_000);

test('of an app that is removed nothing is left', async () => {
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  const traces = await onAll((name) =>
    on(
      name,
      `grep -h fl-notes /etc/subuid /etc/subgid /etc/passwd; find /etc /srv /var/lib /run -xdev -not -path '/var/lib/systemd/*' -not -path '/var/lib/postgresql/*' -name '*notes*' 2>/dev/null; systemctl list-units --all --plain --no-legend 'fairlead-notes*' 'fairlead-run-*' 'fairlead-build-*'; ps -eo comm= | grep -xE "podman|conmon|slirp4netns|rootlessport|exe"; true`,
    ),
  );
  expect(traces).toEqual(['', '', '']);
}, 120_000);
