import { waitFor } from '@fairlead/lab';
import { bootPrepared, type Fleet, type Host } from '../../ansible/tests/prepared.ts';
import {
  domain,
  roundTripMs,
  shopBackend,
  shopCapabilities,
  shopFront,
  startApp,
} from '../../ansible/tests/reloads.ts';
import { sendVisitors } from '../../packages/nginx/testing/visitors.ts';
import { type Bench, median, round } from './measure.ts';

const visitorCount = 64;
/** Five rounds, as many as usual, are 500 toggles under a million requests. */
const togglesPerRound = 100;
const requestsPerToggle = 2_000;

interface Loss {
  toggles: number;
  requests: number;
  /** Without an answer, or with another one than 200. */
  lost: number;
  requestsPerSecond: number;
  /** From the call to the verified generation, median; telling connected visitors that a reload comes is part of it. */
  toggleMs: number;
}

async function toggleUnderLoad(
  fleet: Fleet,
  front: Host,
  toggles: number,
  say: (text: string) => void,
): Promise<Loss> {
  const capabilities = await shopCapabilities(front);
  const addresses = fleet.hosts.map(({ machine }) => machine.address);
  let generation = 0;
  const toggle = () => {
    generation += 1;
    const isOut = generation % 2 === 0;
    const servers = addresses.map((address, index) => ({ address, down: isOut && index === 1 }));
    return front.call('nginx.apply', { files: [shopFront(generation, servers, capabilities)] });
  };
  await toggle();
  // Until then, workers of before take requests.
  await front.call('nginx.observe', {});
  const road = await fleet.lab.relay({
    target: { host: front.machine.address, port: 80 },
    delayMs: roundTripMs,
  });
  const began = performance.now();
  const visitors = sendVisitors(visitorCount, road.port, domain, ['GET', 'POST']);
  const took: number[] = [];
  for (let index = 1; index <= toggles; index += 1) {
    const due = index * requestsPerToggle;
    await waitFor('requests before a toggle', () => visitors.sent >= due, { timeoutMs: 120_000 });
    const from = performance.now();
    const { reloaded } = await toggle();
    if (!reloaded) throw new Error('a toggle that reloaded nothing');
    took.push(performance.now() - from);
    if (index % 50 === 0)
      say(`${front.machine.name}: ${index} toggles, ${visitors.sent} requests, ${visitors.lost} lost`);
  }
  await visitors.leave();
  await road.close();
  return {
    toggles,
    requests: visitors.sent,
    lost: visitors.lost,
    requestsPerSecond: round((visitors.sent / (performance.now() - began)) * 1000),
    toggleMs: round(median(took)),
  };
}

/** A backend taken out and in again under visitors who keep their connections, send GET and POST by turns, none twice, 20 ms away. */
export const toggleLoss: Bench = {
  name: 'toggle-loss',
  says: `requests lost by ${togglesPerRound} toggles a round under ${visitorCount} visitors who never send twice, half of it POST, on each Nginx`,
  async run({ rounds, say }) {
    const fleet = await bootPrepared(6, { prepare_runtimes: ['node'], prepare_databases: [] });
    try {
      const balancers = fleet.hosts.map(({ machine }) => machine.address);
      for (const host of fleet.hosts) {
        await startApp(host);
        const site = shopBackend(1, host.machine.address, balancers, await shopCapabilities(host));
        await host.call('nginx.apply', { files: [site] });
      }
      const answer: Record<string, Loss> = {};
      for (const host of fleet.hosts) {
        const { nginx } = await host.call('facts', {});
        answer[`nginx ${nginx?.version}`] = await toggleUnderLoad(fleet, host, rounds * togglesPerRound, say);
      }
      return answer;
    } finally {
      await fleet.close();
    }
  },
  judge(result) {
    return Object.entries(result as Record<string, Loss>).map(([name, { lost, requests, toggles }]) => ({
      limit: `${name}: 0 of ${requests} lost by ${toggles} toggles`,
      measured: lost,
      met: lost === 0,
    }));
  },
};
