import type { App, Deployment, OperationWithSteps, Server } from '@fairlead/api/types';
import { enableLoadBalancer } from '@fairlead/local';
import { authorizeAccess } from '../access.ts';
import { bootFleet, type Fleet } from '../fleet.ts';
import { type Bench, median, pairedRatio, round } from '../measure.ts';
import { ansiblePeer, capistranoPeer } from './peers.ts';

const roundTripMs = 100;
const wideCount = 10;
/** Of a processor, for each server: ten of them leave the control plane half a processor of this machine's two. */
const ownShare = 0.15;

/** An app that needs no packages: what is left is what deploying itself costs. */
const files = (version: number) => ({
  'package.json': '{"name":"plain","version":"1.0.0","private":true}\n',
  'server.js': `require('http').createServer((_, response) => response.end('${version}')).listen(process.env.PORT, process.env.HOST);\n`,
});

const wideNames = Array.from({ length: wideCount }, (_, index) => `wide-${index + 1}`);

async function createPlainApp(fleet: Fleet, name: string, primary: Server): Promise<App> {
  const app = await fleet.api.post<App>('/apps', {
    name,
    repositoryUrl: fleet.git.repo('plain').url,
    branch: 'main',
    runtime: 'node',
    startCommand: 'node server.js',
    domains: [`${name}.example.test`],
    primaryServerId: primary.id,
  });
  return app;
}

let version = 0;
function commitPlain(fleet: Fleet): Promise<string> {
  version += 1;
  return fleet.git.repo('plain').commit(files(version), `Version ${version}`);
}

/** One deployment, from the request to its end. */
async function deploy(fleet: Fleet, app: App, body: object = {}): Promise<OperationWithSteps> {
  return fleet.api.finished(await fleet.api.post(`/apps/${app.id}/deployments`, body));
}

function wallMs({ id, createdAt, finishedAt }: OperationWithSteps): number {
  if (finishedAt === null) throw new Error(`operation ${id} has not finished`);
  return Date.parse(finishedAt) - Date.parse(createdAt);
}

/**
 * What is not Fairlead's own, in milliseconds: finding, fetching and building the commit, and the probes, from the server until the new process answers and then
 * from the balancer. And how long visitors of an older Nginx were told of the reload, so that none is cut off, which the peers don't do.
 */
async function workOf(
  fleet: Fleet,
  { id, steps }: OperationWithSteps,
): Promise<{ workMs: number; tellingMs: number }> {
  const { items } = await fleet.api.get<{ items: { text: string }[] }>(`/operations/${id}/log`);
  const texts = [...steps.map(({ detail }) => detail ?? ''), ...items.map(({ text }) => text)];
  const said = (pattern: RegExp) => {
    const found = texts.map((text) => pattern.exec(text)?.[1]).find(Boolean);
    if (found === undefined) throw new Error(`no step of the operation says ${pattern}`);
    return Number(found);
  };
  const tookMs = (key: string) => {
    const step = steps.find((one) => one.key === key);
    if (step?.startedAt == null || step.finishedAt === null) throw new Error(`no step ${key}`);
    return Date.parse(step.finishedAt) - Date.parse(step.startedAt);
  };
  const workMs =
    tookMs('resolve') +
    said(/^Built in ([\d.]+) s/) * 1000 +
    said(/answers after (\d+) ms/) +
    said(/in a row within (\d+) ms/) +
    tookMs('verify');
  const told = texts.map((text) => /visitors told within (\d+) ms/.exec(text)?.[1]).find(Boolean);
  return { workMs, tellingMs: Number(told ?? 0) };
}

/** One server a hundred milliseconds away: ours beside a playbook and a recipe that fetch, link, restart and wait. */
async function measureFar(fleet: Fleet, rounds: number, say: (text: string) => void) {
  const machine = fleet.lab.machine('far');
  const relay = await fleet.lab.relay({
    listen: { host: fleet.lab.gateway },
    target: { host: machine.address, port: 22 },
    delayMs: roundTripMs,
  });
  const server = await fleet.join('far', { address: relay.host, port: relay.port });
  await commitPlain(fleet);
  const app = await createPlainApp(fleet, 'far', server);
  await deploy(fleet, app);
  const access = await authorizeAccess(machine, relay);
  const { url } = fleet.git.repo('plain');
  const ansible = await ansiblePeer(machine, access, url, 18_101);
  const capistrano = await capistranoPeer(machine, access, url, 18_102);
  for (const peer of [ansible, capistrano]) await peer.deploy();
  const took = {
    fairlead: [] as number[],
    added: [] as number[],
    telling: [] as number[],
    ansible: [] as number[],
    capistrano: [] as number[],
  };
  for (let index = 0; index < rounds; index += 1) {
    await commitPlain(fleet);
    const operation = await deploy(fleet, app);
    took.fairlead.push(wallMs(operation));
    const { workMs, tellingMs } = await workOf(fleet, operation);
    took.telling.push(tellingMs);
    took.added.push(wallMs(operation) - workMs - tellingMs);
    took.ansible.push(await ansible.deploy());
    took.capistrano.push(await capistrano.deploy());
    say(
      `${roundTripMs} ms away, round ${index + 1}/${rounds}: fairlead ${took.fairlead.at(-1)} ms, ${round(took.added.at(-1) ?? 0)} of it its own and ${round(took.telling.at(-1) ?? 0)} telling visitors; ansible ${round(took.ansible.at(-1) ?? 0)}, capistrano ${round(took.capistrano.at(-1) ?? 0)}`,
    );
  }
  return {
    fairleadMs: round(median(took.fairlead)),
    fairleadAddsMs: round(median(took.added)),
    tellingMs: round(median(took.telling)),
    ansibleMs: round(median(took.ansible)),
    capistranoMs: round(median(took.capistrano)),
    vsAnsible: round(pairedRatio(took.ansible, took.fairlead)),
    vsCapistrano: round(pairedRatio(took.capistrano, took.fairlead)),
  };
}

/**
 * One server and ten, the same app with its packages: each server with a share of a processor of its own, as ten rented ones have, and all of them on this
 * machine's two; then going back, and deploying what runs already, on three.
 */
async function measureNear(fleet: Fleet, rounds: number, say: (text: string) => void) {
  const servers = await Promise.all(wideNames.map((name) => fleet.join(name)));
  const [primary, ...others] = servers;
  if (primary === undefined) throw new Error('no servers');
  const repository = fleet.git.repo('node-notes');
  const commit = (at: number) => repository.commit({ VERSION: `${at}\n` }, `Version ${at}`);
  const one = await fleet.deploy('one', primary);
  const ten = await fleet.deploy('ten', primary);
  const three = await fleet.deploy('three', primary);
  await enableLoadBalancer(fleet.api, ten, others, () => undefined);
  await enableLoadBalancer(fleet.api, three, others.slice(0, 2), () => undefined);
  for (const app of [one, ten]) await fleet.api.patch(`/apps/${app.id}`, { rolloutBatch: 0 });
  const took = {
    one: [] as number[],
    ten: [] as number[],
    crowdedOne: [] as number[],
    crowdedTen: [] as number[],
    back: [] as number[],
    unchanged: [] as number[],
  };
  const machines = wideNames.map((name) => fleet.lab.machine(name));
  const limit = (share: number | null) =>
    Promise.all(machines.map((machine) => machine.limitProcessor(share)));
  let notes = 0;
  const both = async (ones: number[], tens: number[]) => {
    notes += 1;
    await commit(notes);
    ones.push(wallMs(await deploy(fleet, one)));
    tens.push(wallMs(await deploy(fleet, ten)));
  };
  for (let index = 0; index < rounds; index += 1) {
    await both(took.crowdedOne, took.crowdedTen);
    await limit(ownShare);
    await both(took.one, took.ten);
    await limit(null);
    const { items } = await fleet.api.get<{ items: Deployment[] }>(`/apps/${three.id}/deployments`);
    const former = items.find(({ status }) => status === 'succeeded');
    await deploy(fleet, three);
    took.unchanged.push(wallMs(await deploy(fleet, three)));
    if (former === undefined) throw new Error('nothing to go back to');
    took.back.push(wallMs(await deploy(fleet, three, { rollbackTo: former.id })));
    say(
      `near, round ${index + 1}/${rounds}: one ${took.one.at(-1)} ms, ten ${took.ten.at(-1)}; sharing two processors: one ${took.crowdedOne.at(-1)}, ten ${took.crowdedTen.at(-1)}; on three: back ${took.back.at(-1)}, unchanged ${took.unchanged.at(-1)}`,
    );
  }
  return {
    oneMs: round(median(took.one)),
    tenMs: round(median(took.ten)),
    tenVsOne: round(pairedRatio(took.ten, took.one)),
    crowdedOneMs: round(median(took.crowdedOne)),
    crowdedTenMs: round(median(took.crowdedTen)),
    crowdedTenVsOne: round(pairedRatio(took.crowdedTen, took.crowdedOne)),
    rollbackOnThreeMs: round(median(took.back)),
    unchangedOnThreeMs: round(median(took.unchanged)),
  };
}

type Far = Awaited<ReturnType<typeof measureFar>>;
type Near = Awaited<ReturnType<typeof measureNear>>;

/** Deploying a commit: to a server far away, to ten at once, back, and again. */
export const deployBench: Bench = {
  name: 'deploy',
  says: 'a deployment at 100 ms round trip beside Ansible and Capistrano, to ten servers beside one, back, and without a change',
  async run({ rounds, say }) {
    const fleet = await bootFleet(['far', ...wideNames], say);
    try {
      return { far: await measureFar(fleet, rounds, say), near: await measureNear(fleet, rounds, say) };
    } finally {
      await fleet.down();
    }
  },
  judge(result) {
    const { far, near } = result as { far: Far; near: Near };
    const most = (limit: string, measured: number, at: number) => ({ limit, measured, met: measured < at });
    return [
      most(
        'what Fairlead adds to fetch, build and probe at 100 ms, but for telling visitors: under 500 ms',
        far.fairleadAddsMs,
        500,
      ),
      { limit: 'no slower than a playbook', measured: far.vsAnsible, met: far.vsAnsible >= 1 },
      { limit: 'no slower than Capistrano', measured: far.vsCapistrano, met: far.vsCapistrano >= 1 },
      most('ten backends, each with a processor of its own: under 2 × one', near.tenVsOne, 2),
      most('rollback on three backends under 5 s', near.rollbackOnThreeMs, 5_000),
      most('nothing changed, on three backends: under 2 s', near.unchangedOnThreeMs, 2_000),
    ];
  },
};
