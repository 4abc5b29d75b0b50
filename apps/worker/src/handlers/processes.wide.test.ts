import {
  cancelOperation,
  changeEnvironment,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  listDrift,
  listProcesses,
  putBack,
  removeApp,
  removeBackend,
  removeProcess,
  runCommand,
  setProcess,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import type { GitServer, Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const names = ['one', 'two'] as const;
type Name = (typeof names)[number];
const secret = 'correct-horse-battery';
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let git: GitServer;
let servers: Server[];
let appId: string;

const server = `
const { PORT, HOST, FAIRLEAD_RELEASE: release } = process.env;
require('node:http').createServer((_, response) => response.end(release)).listen(PORT, HOST);
`;
/** A worker that writes down what happens to it, and needs a moment to end. */
const mail = (version: string, first = '') => `
const { appendFileSync } = require('node:fs');
const { HOME, FAIRLEAD_INSTANCE, GREETING, FAIRLEAD_PROCESS } = process.env;
const say = (what) => appendFileSync(HOME + '/mail.log', [what, '${version}', FAIRLEAD_PROCESS, FAIRLEAD_INSTANCE, GREETING].join(' ') + '\\n');
${first}
say('start');
process.on('SIGTERM', () => setTimeout(() => { say('done'); process.exit(0); }, 300));
setInterval(() => {}, 1000);
`;
const push = (version: string, files: Record<string, string> = {}) =>
  git.repo('node-notes').commit(
    {
      'server.js': server,
      'mail.js': mail(version),
      'fairlead.yml': '# nothing\n',
      'package.json': '{"name": "notes", "private": true}\n',
      'package-lock.json': '{"name": "notes", "lockfileVersion": 3, "packages": {}}\n',
      ...files,
    },
    version,
  );
const on = (name: Name, command: string) => lab.machine(name).run(command);
const idOf = (name: string) => servers.find((one) => one.name === name)?.id ?? '';
const backendOn = (name: Name) =>
  plane.database.prisma.backend.findFirstOrThrow({ where: { appId, serverId: idOf(name) } });
const set = (name: string, process: object) => plane.succeed(setProcess, { appId, name, process });
/** Active units of the app’s processes. */
const units = async (name: Name) =>
  (
    await on(
      name,
      `systemctl list-units --plain --no-legend --state=active --type=service,timer 'fairlead-notes.*' | cut -d' ' -f1`,
    )
  )
    .split('\n')
    .filter((line) => line !== '');
/** Whatever processes have left on a machine. */
const traces = (name: Name) =>
  on(
    name,
    `find /etc/systemd/system /etc/fairlead/apps /run/fairlead/running /run/systemd/transient /var/lib/fairlead/apps \\( -name 'fairlead-notes.*' -o -name 'notes.process.*' -o -name 'processes.json' \\); systemctl list-units --all --type=service,timer --plain --no-legend 'fairlead-notes.*' 'fairlead-run-*'`,
  );
const mailLog = async (name: Name) =>
  (await on(name, 'cat /srv/fairlead/notes/home/mail.log')).trim().split('\n');
const pids = (name: Name) =>
  on(
    name,
    `systemctl show -p MainPID --value 'fairlead-notes.mail@1.service' 'fairlead-notes.mail@2.service'`,
  );
const seen = async (process: string, name: Name) => {
  const { items } = await listProcesses(plane.ctx, plane.actor, { appId });
  const { id } = await backendOn(name);
  return items
    .find(({ settings }) => settings.name === process)
    ?.places.find(({ backendId }) => backendId === id);
};
const output = async (operationId: string) =>
  (
    await plane.database.prisma.logLine.findMany({
      where: { operationId, stream: { not: 'fairlead' } },
      orderBy: { id: 'asc' },
    })
  )
    .map(({ text }) => text)
    .join('\n')
    .trim();

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(37, names);
  git = await lab.gitServer({ repos: ['node-notes'] });
  worker = await startWorkerProcess(plane.env, createLog('silent'));
  servers = await prepareFleet(plane, lab.machines);
  await push('v1');
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Notes',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    startCommand: 'node server.js',
    domains: ['notes.example.com'],
    healthIntervalMs: 1_000,
    healthTimeoutMs: 900,
    rolloutRise: 1,
    primaryServerId: idOf('one'),
  });
  appId = app.id;
  await changeEnvironment(plane.ctx, plane.actor, { appId, set: { GREETING: 'hello', API_TOKEN: secret } });
  // Before the first release there is nothing to do: it comes with it.
  await set('mail', { kind: 'worker', command: 'node mail.js', count: 2, stopTimeoutSeconds: 10 });
  await plane.succeed(startDeployment, { appId });
}, 240_000);

afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
}, 60_000);

test('workers come with the first release, and with each backend that joins', async () => {
  expect(await units('one')).toEqual(['fairlead-notes.mail@1.service', 'fairlead-notes.mail@2.service']);
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [idOf('two')], acknowledged: checklistKeys });
  expect(await units('two')).toEqual(['fairlead-notes.mail@1.service', 'fairlead-notes.mail@2.service']);
  expect((await mailLog('two')).sort()).toEqual(['start v1 mail 1 hello', 'start v1 mail 2 hello']);
  expect(await on('two', 'ls /etc/systemd/system/multi-user.target.wants')).toContain(
    'fairlead-notes.mail@2.service',
  );
  const place = await seen('mail', 'two');
  expect(place).toMatchObject({ state: 'running', reason: null });
  expect(place?.instances.map(({ state, restarts }) => [state, restarts])).toEqual([
    ['running', 0],
    ['running', 0],
  ]);
}, 120_000);

test('a deployment has them end in peace and start on the new release; one that changes nothing leaves them alone', async () => {
  await push('v2');
  await plane.succeed(startDeployment, { appId });
  for (const name of names) {
    expect((await mailLog(name)).slice(2).sort()).toEqual([
      ...['done v1 mail 1 hello', 'done v1 mail 2 hello'],
      ...['start v2 mail 1 hello', 'start v2 mail 2 hello'],
    ]);
  }
  const before = [await pids('one'), await pids('two')];
  await plane.succeed(startDeployment, { appId });
  expect([await pids('one'), await pids('two')]).toEqual(before);
}, 120_000);

test('a worker that does not stay up fails the deployment: web and workers are put back', async () => {
  const web = await on('one', 'readlink /srv/fairlead/notes/current');
  await push('bad', { 'mail.js': 'console.error("no such queue"); process.exit(3);\n' });
  const failed = await plane.finish(startDeployment, { appId });
  expect(failed.status).toBe('failed');
  expect(failed.error).toMatchObject({
    code: 'start-failed',
    message: 'The worker mail does not stay up: it ended with exit code 3 again and again.',
    details: { process: 'mail', exitCode: 3, log: expect.stringContaining('no such queue') },
  });
  expect(await on('one', 'readlink /srv/fairlead/notes/current')).toBe(web);
  for (const name of names) {
    expect(await units(name)).toEqual(['fairlead-notes.mail@1.service', 'fairlead-notes.mail@2.service']);
    expect((await mailLog(name)).at(-1)).toMatch(/^start v2 mail/);
    expect((await seen('mail', name))?.state).toBe('running');
  }
  await push('v3');
}, 120_000);

test('changed settings are applied with no deployment; what can not run is taken back', async () => {
  const [first] = (await pids('one')).trim().split(/\s+/);
  await set('mail', { kind: 'worker', command: 'node mail.js', count: 1, stopTimeoutSeconds: 10 });
  expect(await units('one')).toEqual(['fairlead-notes.mail@1.service']);
  expect((await pids('one')).trim().split(/\s+/)).toEqual([first, '0']);
  const hog = 'node -e "const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))"';
  const failed = await plane.finish(setProcess, {
    ...{ appId, name: 'mail' },
    process: { kind: 'worker', command: hog, memoryMib: 48 },
  });
  expect(failed.status).toBe('failed');
  expect(failed.error).toMatchObject({
    message: expect.stringMatching(/^The worker mail was killed.* for memory: its limit is 48 MiB\.$/),
  });
  const { items } = await listProcesses(plane.ctx, plane.actor, { appId });
  expect(items).toMatchObject([{ pending: false, settings: { command: 'node mail.js', memoryMib: null } }]);
  expect((await seen('mail', 'two'))?.state).toBe('running');
  await set('mail', { kind: 'worker', command: 'node mail.js', memoryMib: 96, stopTimeoutSeconds: 10 });
  expect((await seen('mail', 'two'))?.instances[0]?.memoryMaxBytes).toBe(96 * 2 ** 20);
}, 180_000);

test('a cron entry runs on its one backend alone, and moves without running on both', async () => {
  const { id: backendId } = await backendOn('two');
  const tick = {
    ...{ kind: 'cron', schedule: '* * * * *', timeZone: 'Europe/Berlin', place: 'one', timeLimitSeconds: 20 },
    command: `echo "tick \\$FAIRLEAD_RELEASE %n %% $GREETING"; echo x >> $HOME/tick.log; test ! -e $HOME/fail`,
  };
  await set('tick', { ...tick, backendId });
  expect(await units('one')).not.toContain('fairlead-notes.tick.timer');
  expect(await units('two')).toContain('fairlead-notes.tick.timer');
  const place = await seen('tick', 'two');
  expect(place).toMatchObject({ state: 'idle', lastRun: null });
  // Within the minute, and on it.
  expect(Date.parse(place?.nextRunAt ?? '') - Date.now()).toBeLessThanOrEqual(60_000);
  expect(Date.parse(place?.nextRunAt ?? '') % 60_000).toBe(0);
  await until(
    'a run of the timer',
    async () => on('two', 'cat /srv/fairlead/notes/home/tick.log || true').then((log) => log !== ''),
    90_000,
  );
  expect(await on('two', 'journalctl --output=cat -u fairlead-notes.tick.service')).toContain(
    'tick $FAIRLEAD_RELEASE %n %% hello',
  );
  await on('two', 'touch /srv/fairlead/notes/home/fail; systemctl start fairlead-notes.tick.service || true');
  const last = await until(
    'the failed run to be seen',
    async () => {
      const look = await seen('tick', 'two');
      return look?.state === 'failing' ? look : undefined;
    },
    60_000,
  );
  expect(last).toMatchObject({
    reason: 'The last run failed: it ended with exit code 1.',
    lastRun: { result: 'exit-code', exitCode: 1 },
  });
  await set('tick', { ...tick, backendId: null });
  expect(await units('one')).toContain('fairlead-notes.tick.timer');
  expect(await units('two')).not.toContain('fairlead-notes.tick.timer');
  expect(await on('two', `ls /etc/systemd/system | grep tick || true`)).toBe('');
  await set('tick', { ...tick, backendId });
}, 240_000);

test('what fairlead.yml declares comes with its commit, and goes with another', async () => {
  const yml =
    'workers:\n  extra: {command: "sleep infinity", place: one}\ncommands:\n  greet: {command: "echo $GREETING"}\n';
  await push('v4', { 'fairlead.yml': yml });
  await plane.succeed(startDeployment, { appId });
  expect(await units('one')).toContain('fairlead-notes.extra@1.service');
  expect(await units('two')).not.toContain('fairlead-notes.extra@1.service');
  const { items } = await listProcesses(plane.ctx, plane.actor, { appId });
  expect(items.map(({ settings, source }) => [settings.name, source])).toEqual([
    ...[
      ['extra', 'fairlead.yml'],
      ['greet', 'fairlead.yml'],
    ],
    ...[
      ['mail', 'fairlead'],
      ['tick', 'fairlead'],
    ],
  ]);
  const refusal = await removeProcess(plane.ctx, plane.actor, { appId, name: 'extra' }).catch(
    (error) => error,
  );
  expect(refusal).toMatchObject({ code: 'conflict', hint: 'Change it there and deploy.' });
  const { id: backendId } = await backendOn('one');
  const greeted = await plane.succeed(runCommand, { appId, backendId, name: 'greet' });
  // What the app keeps secret is no more to be read in an output than anywhere else.
  expect(await output(greeted.id)).toBe('[redacted]');
  await push('v5', { 'fairlead.yml': 'workers:\n  extra: {command: x, cuont: 2}\n' });
  const failed = await plane.finish(startDeployment, { appId });
  expect(failed.error).toMatchObject({
    message: 'fairlead.yml, line 2, workers.extra.cuont: There is no such field.',
  });
  expect(await units('one')).toContain('fairlead-notes.extra@1.service');
  await push('v6');
  await plane.succeed(startDeployment, { appId });
  expect(await units('one')).not.toContain('fairlead-notes.extra@1.service');
}, 180_000);

test('a unit that was changed by hand is found, and put back', async () => {
  const unit = '/etc/systemd/system/fairlead-notes.mail@.service';
  const before = await on('one', `cat ${unit}`);
  await on('one', `sed -i 's/^RestartSec=2$/RestartSec=3600/' ${unit}`);
  const found = await until(
    'the change to be found',
    async () =>
      (await listDrift(plane.ctx, plane.actor, { appId })).items.find(({ subject }) => subject === unit),
    60_000,
  );
  expect(found).toMatchObject({
    expected: before,
    actual: before.replace('RestartSec=2\n', 'RestartSec=3600\n'),
  });
  await plane.succeed(putBack, { appId });
  expect(await on('one', `cat ${unit}`)).toBe(before);
  expect((await seen('mail', 'one'))?.state).toBe('running');
}, 120_000);

test('a command runs once, as it is written, with what it says kept; its exit code counts', async () => {
  const { id: backendId } = await backendOn('two');
  const hostile = `printf '%s\\n' "%h %%n" '\\' "$FAIRLEAD_COMMIT" 'a;b' '"' '$HOME \${HOME}' "$(id -un)"; pwd; echo "$API_TOKEN"`;
  const ended = await plane.succeed(runCommand, { appId, backendId, command: hostile });
  const { commit } = await plane.database.prisma.release.findUniqueOrThrow({
    where: { id: (await backendOn('two')).releaseId ?? '' },
  });
  const said = (await output(ended.id)).split('\n');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's variable, unread
  expect(said.slice(0, 7)).toEqual(['%h %%n', '\\', commit, 'a;b', '"', '$HOME ${HOME}', 'fl-notes']);
  expect(said.slice(7)).toEqual([expect.stringMatching(/^\/srv\/fairlead\/notes\/releases\//), '[redacted]']);
  const failed = await plane.finish(runCommand, { appId, backendId, command: 'echo late; exit 7' });
  expect(failed.error).toMatchObject({
    message: 'The command ended with exit code 7.',
    details: { exitCode: 7 },
  });
  const slow = await plane.finish(runCommand, { appId, backendId, command: 'sleep 60', timeLimitSeconds: 1 });
  expect(slow.error).toMatchObject({ message: 'The command took longer than 1 s and was ended.' });
  const refused = await runCommand(plane.ctx, plane.actor, {
    appId,
    backendId,
    command: `curl -H ${secret}`,
  }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AppError);
  expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('$API_TOKEN') });
}, 120_000);

test('a command that is cancelled ends on the server', async () => {
  const { id: backendId } = await backendOn('two');
  const { operation } = await runCommand(plane.ctx, plane.actor, {
    appId,
    backendId,
    command: 'echo begun; sleep 600',
  });
  await until('its output', async () => (await output(operation.id)) === 'begun');
  expect(await on('two', `systemctl is-active 'fairlead-run-*'`)).toContain('active');
  await cancelOperation(plane.ctx, plane.actor, { operationId: operation.id });
  expect((await plane.ended(operation.id)).status).toBe('cancelled');
  expect(await on('two', `systemctl list-units --all --plain --no-legend 'fairlead-run-*'`)).toBe('');
  expect(await on('two', 'pgrep -u fl-notes -f "sleep 600" || true')).toBe('');
}, 60_000);

test('a backend that leaves takes its processes along; what was on it alone goes to the primary', async () => {
  const { id: backendId } = await backendOn('two');
  await plane.succeed(removeBackend, { appId, backendId });
  expect((await traces('two')).trim()).toBe('');
  expect(await units('one')).toContain('fairlead-notes.tick.timer');
}, 60_000);

test('a process that is removed, and an app, leave nothing', async () => {
  await plane.succeed(removeProcess, { appId, name: 'tick' });
  expect(await units('one')).toEqual(['fairlead-notes.mail@1.service']);
  await plane.succeed(removeProcess, { appId, name: 'mail' });
  expect((await traces('one')).trim()).toBe('');
  await set('mail', { kind: 'worker', command: 'node mail.js' });
  expect(await traces('one')).not.toBe('');
  await plane.succeed(removeApp, { appId, confirm: 'Notes' });
  expect((await traces('one')).trim()).toBe('');
}, 60_000);
