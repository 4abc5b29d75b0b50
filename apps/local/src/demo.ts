/**
 * `npm run demo`: Fairlead and five real machines on this one. Everything is done through the public API, as the dashboard does it.
 * Stays up until Ctrl-C and leaves nothing behind. `-- --once` ends by itself with one JSON object as its last line.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { App, LoadBalancer, Server } from '@fairlead/api/types';
import { Lab } from '@fairlead/lab';
import type { Api } from './api.ts';
import { build } from './build.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { enableLoadBalancer, type Owner, prepareServer, registerServer, setUp } from './journey.ts';
import { createProgress } from './progress.ts';
import { ask, keepAsking, sendRequests, type TrafficReport } from './traffic.ts';

const { values: flags } = parseArgs({
  options: { once: { type: 'boolean', default: false }, port: { type: 'string' } },
});
const progress = createProgress();
const host = 'notes.example.test';
const requests = 300;
const owner: Owner = {
  name: 'Demo Owner',
  email: 'owner@example.test',
  password: randomBytes(12).toString('base64url'),
  organization: 'Demo',
};

/** What has been started, to be ended in reverse whatever happens. */
const endings: (() => Promise<void> | void)[] = [];
let ending: Promise<void> | undefined;
let logFiles: string[] = [];

/** The end of what the processes logged: the folder goes with the demo, and a failure must not go with it. */
function lastLines(): string {
  return logFiles
    .map((file) => `${file}:\n${readFileSync(file, 'utf8').split('\n').slice(-15).join('\n')}`)
    .join('\n');
}

function end(): Promise<void> {
  ending ??= (async () => {
    for (const close of endings.splice(0).reverse()) await close();
  })();
  return ending;
}

async function bootLab(): Promise<Lab> {
  const lab = await Lab.up({
    name: 'demo',
    slot: 0,
    machines: ['web-1', 'web-2', 'web-3', 'web-4', 'web-5'].map((name) => ({
      name,
      image: 'stocked' as const,
    })),
    onProgress: ({ machine, message }) => progress.say(`lab: ${machine ? `${machine} ` : ''}${message}`),
  });
  endings.push(() => lab.down());
  return lab;
}

async function startFairlead(): Promise<ControlPlane> {
  await progress.step('building the dashboard and the worker (a minute the first time)', build);
  const dataDir = mkdtempSync('/var/tmp/fairlead-demo-');
  endings.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const controlPlane = await startControlPlane({
    dataDir,
    ...(flags.port ? { port: Number(flags.port) } : {}),
    disposable: true,
    progress,
  });
  endings.push(() => controlPlane.stop());
  logFiles = [controlPlane.web.logFile, controlPlane.worker.logFile];
  return controlPlane;
}

async function createApp(api: Api, primary: Server, repositoryUrl: string): Promise<App> {
  const app = await api.post<App>('/apps', {
    name: 'notes',
    repositoryUrl,
    branch: 'main',
    runtime: 'node',
    installCommand: 'npm ci --omit=dev --no-audit --no-fund',
    startCommand: 'node server.js',
    domains: [host],
    healthPath: '/',
    healthIntervalMs: 2000,
    healthTimeoutMs: 1500,
    primaryServerId: primary.id,
    databaseEngine: 'postgresql',
  });
  await api.finished(await api.post(`/apps/${app.id}/deployments`), progress.say);
  return api.get<App>(`/apps/${app.id}`);
}

/** Notes written through the balancer are seen through the balancer: one database behind all backends. */
async function countNotes(address: string): Promise<number> {
  const { body } = await ask({ address, host, path: '/notes' });
  const stored = JSON.parse(body) as { count: number | string } | null;
  if (stored === null) throw new Error('The app has no database.');
  return Number(stored.count);
}

async function run(): Promise<{ report: TrafficReport; api: Api; controlPlane: ControlPlane; app: App }> {
  const [lab, controlPlane] = await Promise.all([bootLab(), startFairlead()]);
  const git = await lab.gitServer({ repos: ['node-notes'] });
  const api = await setUp(controlPlane.url, controlPlane.setupToken, owner);

  const servers = await progress.step('registering five servers', () =>
    Promise.all(
      lab.machines.map((machine) =>
        registerServer(
          api,
          {
            name: machine.name,
            address: machine.address,
            user: 'admin',
            authorize: async (line) => void (await machine.exec(['sh', '-c', line], { user: 'admin' })),
          },
          progress.say,
        ),
      ),
    ),
  );
  const [primary, ...others] = servers;
  if (!primary) throw new Error('no servers');
  const added = others.slice(0, 2);
  await progress.step('preparing three of them (two stay for you to try)', () =>
    Promise.all(
      [primary, ...added].map((server) =>
        prepareServer(
          api,
          server,
          { runtimes: ['node'], databases: server === primary ? ['postgresql'] : [] },
          progress.say,
        ),
      ),
    ),
  );
  const app = await progress.step('deploying the app to its primary', () =>
    createApp(api, primary, git.repo('node-notes').url),
  );
  const visitor = keepAsking({ address: primary.address, host, path: '/whoami' });
  const balancer: LoadBalancer = await progress.step('enabling load balancing over three backends', () =>
    enableLoadBalancer(api, app, added, progress.say),
  );
  const during = await visitor.stop();
  progress.say(`while it was enabled: ${during.requests} requests, ${during.failed} failed`);
  progress.say(`generation ${balancer.observedGeneration} is live on ${balancer.balancerServer.name}`);
  progress.say(`the shared database holds ${await countNotes(primary.address)} notes`);
  const report = await sendRequests({ address: primary.address, host, path: '/whoami' }, requests);
  report.requests += during.requests;
  report.failed += during.failed;
  return { report, api, controlPlane, app };
}

function proof(report: TrafficReport): string {
  return Object.entries(report.backends)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([server, answers]) => `    ${server.padEnd(8)} ${String(answers).padStart(5)} answers`)
    .join('\n');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (ending !== undefined) return;
    progress.say('ending …');
    void end().then(() => process.exit(flags.once ? 1 : 0));
  });
}

try {
  const { report, controlPlane, app } = await run();
  const worked = report.failed === 0 && Object.keys(report.backends).length === 3;
  if (flags.once) {
    await end();
    process.stdout.write(
      `${JSON.stringify({ backends: report.backends, requests: report.requests, failed: report.failed })}\n`,
    );
    for (const failure of report.failures) process.stderr.write(`  ${failure}\n`);
    process.exit(worked ? 0 : 1);
  }
  process.stdout.write(`
  ${requests} requests through the balancer (http://${app.primaryServer.address}, Host: ${host}):

${proof(report)}

  ${report.requests} requests in all, ${report.failed} failed.

  Dashboard  ${controlPlane.url}
  E-mail     ${owner.email}
  Password   ${owner.password}

  Ctrl-C ends the machines and Fairlead, and leaves nothing behind.
`);
} catch (error) {
  if (ending === undefined) {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n\n${lastLines()}\n`);
    await end();
    process.exit(1);
  }
}
