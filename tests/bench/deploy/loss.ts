import type { App } from '@fairlead/api/types';
import { enableLoadBalancer } from '@fairlead/local';
import { sendVisitors } from '../../../packages/nginx/testing/visitors.ts';
import { bootFleet, type Fleet } from '../fleet.ts';
import { type Bench, median, round } from '../measure.ts';

const roundTripMs = 20;
const visitorCount = 16;
/** Five rounds, as many as usual, are 200 deployments, and 50 of releases that must not serve. */
const deploymentsPerRound = 40;
const domain = 'plain.example.test';

const server = (body: string) =>
  `const http = require('http');\nconst { PORT, HOST } = process.env;\n${body}\nprocess.on('SIGTERM', () => process.exit());\n`;
const good = (version: number) =>
  server(`http.createServer((_, response) => response.end('${version}')).listen(PORT, HOST);`);
/** Whoever of them meets a visitor answers 500, which counts as lost. */
const bad: Record<string, string> = {
  crash: server(`throw new Error('no configuration');`),
  'never healthy': server(
    `http.createServer((_, response) => response.writeHead(500).end()).listen(PORT, HOST);`,
  ),
  'slow start': server(
    `setTimeout(() => http.createServer((_, response) => response.writeHead(500).end()).listen(PORT, HOST), 30_000);`,
  ),
  'wrong port': server(
    `http.createServer((_, response) => response.writeHead(500).end()).listen(Number(PORT) + 1_000, HOST);`,
  ),
  'memory hog': server(`const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 10);`),
};

interface Loss {
  deployments: number;
  refused: Record<string, number>;
  requests: number;
  lost: number;
  deploymentMs: number;
}

async function createApp(fleet: Fleet): Promise<App> {
  const [primary, ...others] = await Promise.all(['web-1', 'web-2', 'web-3'].map((name) => fleet.join(name)));
  if (primary === undefined) throw new Error('no servers');
  const repository = fleet.git.repo('plain');
  await repository.commit({ 'package.json': '{"name":"plain"}\n', 'server.js': good(0) }, 'First');
  const app = await fleet.api.post<App>('/apps', {
    name: 'plain',
    repositoryUrl: repository.url,
    branch: 'main',
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [domain],
    memoryMib: 128,
    startTimeoutMs: 8_000,
    rolloutRise: 1,
    primaryServerId: primary.id,
  });
  await fleet.api.finished(await fleet.api.post(`/apps/${app.id}/deployments`));
  await enableLoadBalancer(fleet.api, app, others, () => undefined);
  return app;
}

/** Deployments one after the other under visitors who keep their connections, send GET and POST by turns, none twice; every fifth is of a release that must not serve. */
export const deployLoss: Bench = {
  name: 'deploy-loss',
  says: `requests lost by ${deploymentsPerRound} deployments a round to three backends, and by ${deploymentsPerRound / 4} of bad releases, under ${visitorCount} visitors who never send twice`,
  async run({ rounds, say }) {
    const fleet = await bootFleet(['web-1', 'web-2', 'web-3'], say);
    try {
      const app = await createApp(fleet);
      const repository = fleet.git.repo('plain');
      const balancer = fleet.lab.machine('web-1').address;
      const road = await fleet.lab.relay({ target: { host: balancer, port: 80 }, delayMs: roundTripMs });
      const visitors = sendVisitors(visitorCount, road.port, domain, ['GET', 'POST']);
      const refused: Record<string, number> = Object.fromEntries(Object.keys(bad).map((kind) => [kind, 0]));
      const took: number[] = [];
      const deploy = async (source: string) => {
        await repository.commit({ 'server.js': source }, 'Next');
        return fleet.api.ended(await fleet.api.post(`/apps/${app.id}/deployments`));
      };
      for (let index = 1; index <= rounds * deploymentsPerRound; index += 1) {
        const { status, error, createdAt, finishedAt } = await deploy(good(index));
        if (status !== 'succeeded' || finishedAt === null)
          throw new Error(`deployment ${index}: ${error?.message}`);
        took.push(Date.parse(finishedAt) - Date.parse(createdAt));
        const [kind = '', source = ''] = Object.entries(bad)[(index / 4) % Object.keys(bad).length] ?? [];
        if (index % 4 === 0) {
          const { status: end } = await deploy(source);
          if (end !== 'failed') throw new Error(`a release that is ${kind} ended as ${end}`);
          refused[kind] = (refused[kind] ?? 0) + 1;
        }
        if (index % 10 === 0) say(`${index} deployments, ${visitors.sent} requests, ${visitors.lost} lost`);
      }
      await visitors.leave();
      await road.close();
      const { sent: requests, lost } = visitors;
      return { deployments: took.length, refused, requests, lost, deploymentMs: round(median(took)) };
    } finally {
      await fleet.down();
    }
  },
  judge(result) {
    const { deployments, refused, requests, lost } = result as unknown as Loss;
    const count = Object.values(refused).reduce((sum, each) => sum + each, 0);
    return [
      {
        limit: `0 of ${requests} requests lost by ${deployments} deployments and ${count} of bad releases`,
        measured: lost,
        met: lost === 0,
      },
    ];
  },
};
