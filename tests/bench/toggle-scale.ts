import { capabilitiesOf, frontSpecSchema, type NginxCapabilities, renderFront } from '@fairlead/nginx';
import type { HostInput } from '@fairlead/remote';
import { bootPrepared, type Host } from '../../ansible/tests/prepared.ts';
import { type Bench, median, round } from './measure.ts';

const counts = [1, 10, 100, 1_000];
const togglesPerRound = 5;
/** As many files as one call takes. */
const filesPerCall = 100;

type Files = HostInput<'nginx.apply'>['files'];

interface Cost {
  /** One call of `nginx.apply` on a warm connection, whole. */
  totalMs: number;
  /** `nginx -t` over all files: it reads every one of them. */
  testMs: number;
  /** From the signal to the new generation's answer: Nginx reads every file once more and starts its workers. */
  liveMs: number;
  /** What is left is Fairlead's: the call, the lock, writing and looking. */
  ownMs: number;
  /** What crossed the line. */
  bytes: number;
}

function front(number: number, generation: number, capabilities: NginxCapabilities): Files[number] {
  const app = `app-${number}`;
  const spec = frontSpecSchema.parse({
    kind: 'front',
    app,
    generation,
    names: [`${app}.example.com`],
    listenPort: 80,
    method: 'round_robin',
    servers: [1, 2, 3].map((last) => ({
      address: `10.9.0.${last}`,
      port: 20_000,
      down: last === 3 && generation % 2 === 0,
    })),
  });
  const { content, listens } = renderFront(spec, capabilities);
  return { kind: 'front', app, content, generation, listens };
}

async function fill(host: Host, from: number, to: number, capabilities: NginxCapabilities): Promise<void> {
  for (let first = from; first < to; first += filesPerCall) {
    const numbers = Array.from({ length: Math.min(filesPerCall, to - first) }, (_, index) => first + index);
    await host.call(
      'nginx.apply',
      { files: numbers.map((number) => front(number, 1, capabilities)) },
      { timeoutMs: 120_000 },
    );
  }
}

/** One backend of one balancer taken out and in again, beside 1 to 1,000 balancers on the same server. */
export const toggleScale: Bench = {
  name: 'toggle-scale',
  says: 'a toggle on a server with 1 to 1,000 balancers: what Nginx takes, and what Fairlead adds',
  async run({ rounds, say }) {
    const fleet = await bootPrepared(6, { prepare_runtimes: [], prepare_databases: [] });
    try {
      const [host] = fleet.hosts;
      if (!host) throw new Error('no machine');
      const { nginx } = await host.call('facts', {});
      if (!nginx) throw new Error('no Nginx');
      const capabilities = capabilitiesOf(nginx);
      const answer: Record<string, Cost> = {};
      let there = 0;
      let generation = 1;
      for (const count of counts) {
        await fill(host, there, count, capabilities);
        there = count;
        const costs: Cost[] = [];
        for (let index = 0; index < rounds * togglesPerRound + 1; index += 1) {
          generation += 1;
          const file = front(0, generation, capabilities);
          const from = performance.now();
          const { testMs, liveMs, announcedMs, reloaded } = await host.call('nginx.apply', { files: [file] });
          const totalMs = performance.now() - from;
          if (!reloaded) throw new Error('a toggle that reloaded nothing');
          // The first one finds files that nobody has read yet.
          if (index === 0) continue;
          const bytes = Buffer.byteLength(file.content ?? '');
          costs.push({ totalMs, testMs, liveMs, ownMs: totalMs - testMs - liveMs - announcedMs, bytes });
        }
        const middle = (name: keyof Cost) => round(median(costs.map((cost) => cost[name])));
        answer[`${count}`] = {
          totalMs: middle('totalMs'),
          testMs: middle('testMs'),
          liveMs: middle('liveMs'),
          ownMs: middle('ownMs'),
          bytes: middle('bytes'),
        };
        say(`${count} balancers: ${JSON.stringify(answer[`${count}`])}`);
      }
      return answer;
    } finally {
      await fleet.close();
    }
  },
  judge(result) {
    const costs = result as Record<string, Cost>;
    const share = (costs['1000']?.ownMs ?? Number.NaN) / (costs['1000']?.totalMs ?? Number.NaN);
    return [
      {
        limit: 'with 1,000 balancers, at most a fifth of a toggle is Fairlead’s own',
        measured: round(share),
        met: share <= 0.2,
      },
    ];
  },
};
