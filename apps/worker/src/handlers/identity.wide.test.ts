import {
  changeLoadBalancer,
  checklistKeys,
  createApp,
  enableLoadBalancer,
  startDeployment,
} from '@fairlead/core';
import type { Server } from '@fairlead/db';
import type { Lab } from '@fairlead/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestControlPlane, type TestControlPlane, until } from '../../testing/control-plane.ts';
import { bootLab, prepareFleet } from '../../testing/lab-fleet.ts';
import { createLog } from '../log.ts';
import { startWorkerProcess, type WorkerProcess } from '../process.ts';

const domain = 'echo.example.com';
/** An app that says what it was asked with. */
const echo = `
import { createServer } from 'node:http';
createServer(({ headers }, response) => response.end(JSON.stringify(headers)))
  .listen(Number(process.env.PORT), '127.0.0.1');
`;
/** A CDN: ends the visitor's connection, and appends their address to what they say of themselves. */
const cdn = (balancer: string) => `
import http.client, http.server
class Edge(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = self.headers.get('X-Forwarded-For')
        headers = {name: value for name, value in self.headers.items() if name not in ('X-Forwarded-For', 'X-Forwarded-Proto')}
        headers['X-Forwarded-For'] = ', '.join(filter(None, [said, self.client_address[0]]))
        headers['X-Forwarded-Proto'] = 'https'
        origin = http.client.HTTPConnection('${balancer}', 80, timeout=10)
        origin.request('GET', self.path, headers=headers)
        answer = origin.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(('', 80), Edge).serve_forever()
`;

let plane: TestControlPlane;
let worker: WorkerProcess;
let lab: Lab;
let servers: Server[];
let appId: string;
let port: number;

beforeAll(async () => {
  plane = await startTestControlPlane();
  lab = await bootLab(57, ['one', 'two', 'edge', 'visitor']);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  await git.repo('node-notes').commit({ 'server.js': echo }, 'Say what was asked with');
  worker = await startWorkerProcess(plane.env, createLog(plane.env.LOG_LEVEL));
  servers = await prepareFleet(plane, [lab.machine('one'), lab.machine('two')]);
  const [one, two] = servers;
  const app = await createApp(plane.ctx, plane.actor, {
    name: 'Echo',
    repositoryUrl: git.repo('node-notes').url,
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [domain],
    primaryServerId: one?.id,
  });
  appId = app.id;
  port = app.port;
  await plane.succeed(startDeployment, { appId });
  await plane.succeed(enableLoadBalancer, { appId, serverIds: [two?.id], acknowledged: checklistKeys });
  await lab.machine('edge').writeFile('/root/cdn.py', cdn(lab.machine('one').address));
  await lab.machine('edge').run('systemd-run --quiet --unit=cdn python3 /root/cdn.py');
  await until(
    'the CDN listens',
    async () => (await ask('visitor', `http://${address('edge')}/`)).status !== '000',
  );
});
afterAll(async () => {
  await worker?.stop();
  await lab?.down();
  await plane?.close();
});

const address = (name: string) => lab.machine(name).address;
/** Other settings, once no worker of the earlier ones takes a request any more: Nginx lets them go on for a tenth of a second after the new ones are there. */
async function changed(http: object): Promise<void> {
  await plane.succeed(changeLoadBalancer, { appId, http });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await until('the end of the old workers', async () => {
    const old = await lab.machine('one').exec(['pgrep', '-f', 'worker process is shutting down']);
    return old.code === 1;
  });
}
const forged = {
  'X-Forwarded-For': '6.6.6.6',
  'X-Real-IP': '6.6.6.6',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Port': '4443',
  'X-Forwarded-Host': 'evil.example.com',
  Forwarded: 'for=6.6.6.6',
  'CF-Connecting-IP': '6.6.6.6',
  'True-Client-IP': '6.6.6.6',
  'X-Original-URL': '/admin',
};

/** What one machine is answered: `status` 000 where no HTTP came back, `exit` is curl's. */
async function ask(from: string, url: string, headers: Record<string, string> = {}) {
  const fields = Object.entries({ Host: domain, ...headers }).flatMap(([name, value]) => [
    '-H',
    `${name}: ${value}`,
  ]);
  const argv = ['curl', '-s', '-m', '4', '-w', '\n%{http_code}', ...fields, url];
  const { code: exit, stdout } = await lab.machine(from).exec(argv);
  const end = stdout.lastIndexOf('\n');
  return { exit, status: stdout.slice(end + 1), body: stdout.slice(0, end) };
}
/** What the app was asked with; on each of the two backends. */
async function seen(from: string, through: string, headers: Record<string, string> = {}) {
  const answers = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const { status, body } = await ask(from, `http://${address(through)}/`, headers);
    expect(status, body).toBe('200');
    answers.push(JSON.parse(body) as Record<string, string>);
  }
  return answers;
}

test('what a visitor says of themselves ends at the front; every backend hears the truth', async () => {
  for (const headers of await seen('visitor', 'one', forged)) {
    expect(headers).toMatchObject({
      host: domain,
      'x-real-ip': address('visitor'),
      'x-forwarded-for': address('visitor'),
      'x-forwarded-proto': 'http',
      'x-forwarded-port': '80',
      'x-forwarded-host': domain,
    });
    for (const name of ['forwarded', 'cf-connecting-ip', 'true-client-ip', 'x-original-url'])
      expect(headers).not.toHaveProperty(name);
  }
});

test('without trust a CDN is the visitor; with it the app, the rules and the log go by who is behind it', async () => {
  for (const headers of await seen('visitor', 'edge', forged))
    expect(headers).toMatchObject({ 'x-real-ip': address('edge'), 'x-forwarded-proto': 'http' });

  const trustedProxy = { networks: [address('edge')] };
  await changed({ trustedProxy });
  for (const headers of await seen('visitor', 'edge', forged)) {
    expect(headers).toMatchObject({
      'x-real-ip': address('visitor'),
      'x-forwarded-for': address('visitor'),
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '443',
    });
    expect(headers).not.toHaveProperty('cf-connecting-ip');
  }
  for (const headers of await seen('visitor', 'one', forged))
    expect(headers).toMatchObject({ 'x-real-ip': address('visitor'), 'x-forwarded-proto': 'http' });
  for (const headers of await seen('two', 'edge'))
    expect(headers).toMatchObject({ 'x-real-ip': address('two') });

  const access = [{ action: 'deny', source: address('visitor') }];
  await changed({ access });
  expect((await ask('visitor', `http://${address('edge')}/`, forged)).status).toBe('403');
  expect((await ask('two', `http://${address('edge')}/`)).status).toBe('200');
  await changed({ access: [] });
});

test('where only the CDN may, everybody else gets 403, and deployments are verified as ever', async () => {
  const trustedProxy = { networks: [address('edge')], only: true };
  await changed({ trustedProxy });
  expect((await ask('visitor', `http://${address('edge')}/`)).status).toBe('200');
  expect((await ask('visitor', `http://${address('one')}/`, forged)).status).toBe('403');
  await plane.succeed(startDeployment, { appId });
});

test('a request straight to a backend is stopped by its firewall, before Nginx', async () => {
  const direct = (from: string, to: string) => ask(from, `http://${address(to)}:${port}/`, forged);
  // The balancer gets through, and the backend believes it.
  expect((await direct('one', 'two')).status).toBe('200');
  for (const to of ['one', 'two']) {
    for (const from of ['visitor', 'edge']) {
      const { exit, status } = await direct(from, to);
      expect([[7, 28].includes(exit), status], `${from} to ${to}`).toEqual([true, '000']);
    }
  }
  // The machine itself is there for the visitor, on another port.
  expect(
    (await lab.machine('visitor').exec(['timeout', '4', 'bash', '-c', `: < /dev/tcp/${address('two')}/22`]))
      .code,
  ).toBe(0);
  // Nobody but the firewall refused: without its rules the second guard, Nginx, answers.
  await lab.machine('two').run('nft list ruleset > /root/rules.nft && nft flush ruleset');
  try {
    expect((await direct('visitor', 'two')).status).toBe('403');
  } finally {
    await lab.machine('two').run('nft -f /root/rules.nft');
  }
  expect((await direct('visitor', 'two')).status).toBe('000');
});
