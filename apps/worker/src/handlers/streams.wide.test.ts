import { connect, type Socket } from 'node:net';
import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  disableLoadBalancer,
  enableLoadBalancer,
  listDrift,
  putBack,
  removeApp,
  restoreLoadBalancer,
  startDeployment,
  toggleBackend,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { workerContext } from '../../testing/worker-context.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

// this machine → port 15432 of `one`, which balances → the services on port 6543 of `one` and `two`, which Fairlead did not start.
let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;

const service = `
import socketserver, sys
class Greeter(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(f"{sys.argv[1]}\\n".encode())
        for line in self.rfile:
            self.wfile.write(line)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
Server(("0.0.0.0", int(sys.argv[2])), Greeter).serve_forever()
`;
const stream = { name: 'greeter', listenPort: 15_432, backendPort: 6543 };

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(55, ['one', 'two']);
  const git = await lab.gitServer({ repos: ['static-site'] });
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, lab.machines);
  for (const machine of lab.machines) {
    await machine.writeFile('/root/service.py', service);
    await machine.run(`systemd-run --quiet --unit=greeter python3 /root/service.py ${machine.name} 6543`);
  }
  const [one, two] = servers;
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Site',
    repositoryUrl: git.repo('static-site').url,
    runtime: 'static',
    domains: ['site.example.com'],
    primaryServerId: one?.id,
  });
  appId = app.id;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two?.id], acknowledged: checklistKeys });
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const shell = async (machine: string, script: string) =>
  (await lab.machine(machine).exec(['sh', '-c', script])).stdout.trim();

/** A connection that goes on: who greeted, and how it answers. */
interface Session {
  greeter: string;
  say(words: string): Promise<string>;
  end(): void;
}

function open(port: number, machine = 'one', patienceMs = 2_000): Promise<Session> {
  const socket: Socket = connect(port, lab.machine(machine).address);
  let next: ((line: string) => void) | null = null;
  let fail: (error: Error) => void = () => {};
  const line = () =>
    new Promise<string>((resolve, reject) => {
      next = resolve;
      fail = reject;
      socket.setTimeout(patienceMs, () => reject(new Error('silence')));
    });
  socket.on('data', (data) => next?.(data.toString().trimEnd()));
  socket.on('error', (error) => fail(error));
  socket.on('close', () => fail(new Error('closed')));
  return line().then(
    (greeter) => ({
      greeter,
      say: (words) => {
        const answer = line();
        socket.write(`${words}\n`);
        return answer;
      },
      end: () => socket.destroy(),
    }),
    (error: unknown) => {
      socket.destroy();
      throw error;
    },
  );
}

const visit = (port: number, machine = 'one') =>
  open(port, machine).then(
    (session) => {
      session.end();
      return session.greeter;
    },
    (error: Error) => error.message,
  );
const names = () => lab.machines.map(({ name }) => name) as [string, string];
const read = () => plane.database.prisma.loadBalancer.findUniqueOrThrow({ where: { appId } });
const rules = (machine: string) =>
  shell(machine, 'nft list table inet fairlead 2>/dev/null | grep -c "dport.*6543" || true');
const stepsOf = async (operationId: string) =>
  (await plane.database.prisma.step.findMany({ where: { operationId }, orderBy: { position: 'asc' } })).map(
    ({ key }) => key,
  );

test('a stream leads to the services on both backends, which are closed to everybody else', async () => {
  const [one, two] = names();
  expect(await visit(6543, 'two')).toBe(two);
  const operation = await plane.succeed(changeLoadBalancer, { appId, streams: [stream] });
  expect(await stepsOf(operation.id)).toEqual(['firewall', 'apply', 'verify']);
  const visits = new Set();
  for (let turn = 0; turn < 6; turn += 1) visits.add(await visit(15_432));
  expect(visits).toEqual(new Set([one, two]));
  expect(await visit(6543, 'two')).toBe('silence');
  expect((await read()).observedStreamsHash).toMatch(/^[0-9a-f]{64}$/);
});

test('a backend that is switched off gets no new connection, and those of both go on', async () => {
  const [one, two] = names();
  const sessions = new Map<string, Session>();
  while (sessions.size < 2) {
    const session = await open(15_432, 'one', 60_000);
    if (sessions.has(session.greeter)) session.end();
    else sessions.set(session.greeter, session);
  }
  const backend = await plane.database.prisma.backend.findFirstOrThrow({ where: { appId, role: 'replica' } });
  const { operation } = await toggleBackend(plane.ctx, plane.actor, {
    appId,
    backendId: backend.id,
    enabled: false,
  });
  await until('the new generation', async () => {
    const { observedGeneration } = await read();
    return observedGeneration >= (operation.generation ?? Number.POSITIVE_INFINITY);
  });
  // Workers of before take connections until they are told to go.
  await until('one alone', async () => {
    const visits = await Promise.all(Array.from({ length: 8 }, () => visit(15_432)));
    return visits.every((name) => name === one);
  });
  expect(await sessions.get(one)?.say('still here')).toBe('still here');
  expect(await sessions.get(two)?.say('here too')).toBe('here too');
  const row = () => plane.database.prisma.backend.findUniqueOrThrow({ where: { id: backend.id } });
  expect((await row()).state).toBe('draining');
  sessions.get(two)?.end();
  expect(await plane.ended(operation.id)).toMatchObject({ status: 'succeeded' });
  expect((await row()).state).toBe('disabled');
  expect(await sessions.get(one)?.say('and still')).toBe('and still');
  sessions.get(one)?.end();
  await plane.succeed(toggleBackend, { appId, backendId: backend.id, enabled: true });
});

test('a port that a program on the balancer has is refused by its name, and all is as it was', async () => {
  const before = await read();
  await shell('one', 'systemd-run --quiet --unit=thief python3 /root/service.py thief 7777');
  await until('the thief', async () => (await visit(7777)) === 'thief');
  const operation = await plane.finish(changeLoadBalancer, {
    appId,
    streams: [stream, { ...stream, name: 'other', listenPort: 7777, backendPort: 6544 }],
  });
  expect(operation).toMatchObject({
    status: 'failed',
    error: {
      code: 'port-taken',
      message: expect.stringMatching(/^Port 7777 is taken by python3 \(pid \d+\)\.$/),
    },
  });
  const after = await read();
  expect([after.streams, after.status]).toEqual([before.streams, 'on']);
  for (const name of ['one', 'two']) {
    expect(await shell(name, 'nft list table inet fairlead | grep -c 6544 || true')).toBe('0');
  }
  expect(names()).toContain(await visit(15_432));
  await shell('one', 'systemctl stop thief');
});

test('a file of streams that was edited by hand is found, and put back', async () => {
  const file = '/etc/nginx/fairlead/stream/site.stream.conf';
  // Below the header, which names the generation.
  const body = () => shell('one', `tail -n +3 ${file}`);
  const before = await body();
  await shell('one', `sed -i s/15432/15433/ ${file}`);
  const found = await until(
    'the difference',
    async () => {
      const { items } = await listDrift(plane.ctx, plane.actor, { appId });
      return items.find(({ subject }) => subject === file);
    },
    60_000,
  );
  expect(found).toMatchObject({ kind: 'file', diff: expect.stringMatching(/^\+ +listen 15433;$/m) });
  await plane.succeed(putBack, { appId });
  expect(await body()).toBe(before);
});

test('another service is led to once its port is open, and the one before is closed behind it', async () => {
  const moved = { ...stream, backendPort: 6545, proxyProtocolOut: true };
  for (const name of ['one', 'two']) {
    await shell(name, `systemd-run --quiet --unit=moved python3 /root/service.py moved-${name} 6545`);
  }
  const operation = await plane.succeed(changeLoadBalancer, { appId, streams: [moved] });
  expect(await stepsOf(operation.id)).toEqual(['firewall', 'apply', 'verify', 'drain', 'ports']);
  const session = await open(15_432);
  expect(session.greeter).toMatch(/^moved-/);
  session.end();
  expect(await rules('two')).toBe('0');
  expect(await visit(6543, 'two')).toBe(names()[1]);
});

test('a generation without streams takes them away, and one with them brings them back', async () => {
  const configs = await plane.database.prisma.appliedConfig.findMany({ orderBy: { generation: 'asc' } });
  const without = configs.filter(({ streams }) => streams === null).at(-1);
  const withThem = configs.filter(({ streams }) => streams?.includes(':6543 ')).at(-1);
  await plane.succeed(restoreLoadBalancer, { appId, generation: without?.generation });
  expect(await visit(15_432)).toMatch(/ECONNREFUSED/);
  expect(await shell('one', 'ls /etc/nginx/fairlead/stream /var/log/nginx | grep stream.log || true')).toBe(
    '',
  );
  expect(await shell('two', 'nft list table inet fairlead | grep -cE "654[35]" || true')).toBe('0');
  expect(await read()).toMatchObject({ streams: [], observedStreamsHash: null, status: 'on' });
  await plane.succeed(restoreLoadBalancer, { appId, generation: withThem?.generation });
  expect(names()).toContain(await visit(15_432));
});

test('a server that leaves is closed and led to no more, and one that joins is opened before it is led to', async () => {
  const [one, two] = names();
  const some = async () => new Set(await Promise.all(Array.from({ length: 8 }, () => visit(15_432))));
  await plane.succeed(disableLoadBalancer, { appId });
  await until('one alone', async () => (await some()).has(two) === false);
  expect(await some()).toEqual(new Set([one]));
  expect(await visit(6543, 'two')).toBe(two);
  await plane.succeed(enableLoadBalancer, {
    appId,
    serverIds: [servers[1]?.id],
    acknowledged: checklistKeys,
  });
  expect(await some()).toEqual(new Set([one, two]));
  expect(await visit(6543, 'two')).toBe('silence');
});

test('removing the app leaves no file, no port, no rule and no log of its streams', async () => {
  await plane.succeed(removeApp, { appId, confirm: 'Site' });
  expect(await visit(15_432)).toMatch(/ECONNREFUSED/);
  const hand = workerContext(plane, 'hand');
  for (const server of servers) {
    const left = await (await hand.hosts.client(server)).call('inventory', { app: 'site' });
    expect(left).toEqual({
      nginxFiles: [],
      firewallRules: [],
      databaseGrants: [],
      users: [],
      units: [],
      paths: [],
    });
  }
  hand.hosts.close();
  for (const name of ['one', 'two']) {
    const found = await shell(
      name,
      'ls -A /etc/nginx/fairlead/stream /var/lib/fairlead/revisions | grep -v : | grep .; ls /var/log/nginx | grep fairlead-; nft list tables | grep fairlead; true',
    );
    expect(found).toBe('');
  }
  expect(await visit(6543, 'two')).toBe(names()[1]);
});
