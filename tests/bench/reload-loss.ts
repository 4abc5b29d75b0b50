import { onBoth } from '../../ansible/tests/prepared.ts';
import { openShops, type VisitedReloads, visitorCount } from '../../ansible/tests/reloads.ts';
import { type Bench, median, round } from './measure.ts';

const reloadsPerRound = 10;

interface Loss {
  reloads: number;
  requests: number;
  lost: number;
  lostPerReload: number;
  /** Of telling connected visitors that a reload comes, median. */
  announcedMs: number;
}

function sum(rounds: readonly VisitedReloads[]): Loss {
  const results = rounds.flatMap((one) => one.results);
  const lost = rounds.reduce((total, one) => total + one.lost, 0);
  return {
    reloads: results.length,
    requests: rounds.reduce((total, one) => total + one.sent, 0),
    lost,
    lostPerReload: round(lost / results.length),
    announcedMs: round(median(results.map(({ announcedMs }) => announcedMs))),
  };
}

/** What reloads of the front and its backend cost visitors who keep their connections, send POST alone and never send twice, 20 ms away. */
export const reloadLoss: Bench = {
  name: 'reload-loss',
  says: `requests lost by reloads under ${visitorCount} visitors who never send twice, announced and plain, on each Nginx`,
  async run({ rounds, say }) {
    const shops = await openShops(6);
    try {
      const answer: Record<string, { plain: Loss; fairlead: Loss }> = {};
      await onBoth(shops, async (host) => {
        const { nginx } = await host.call('facts', {});
        const plain: VisitedReloads[] = [];
        const announced: VisitedReloads[] = [];
        for (let index = 0; index < rounds; index += 1) {
          plain.push(await shops.visitedReloads(host, false, reloadsPerRound));
          announced.push(await shops.visitedReloads(host, true, reloadsPerRound));
          say(
            `Nginx ${nginx?.version}, round ${index + 1}/${rounds}: plain lost ${plain.at(-1)?.lost}, fairlead ${announced.at(-1)?.lost}`,
          );
        }
        answer[`nginx ${nginx?.version}`] = { plain: sum(plain), fairlead: sum(announced) };
      });
      return answer;
    } finally {
      await shops.close();
    }
  },
  judge(result) {
    return Object.entries(result as Record<string, { plain: Loss; fairlead: Loss }>).flatMap(
      ([name, { plain, fairlead }]) => [
        { limit: `${name}: 0 lost`, measured: fairlead.lost, met: fairlead.lost === 0 },
        { limit: `${name}: plain reloads lose some`, measured: plain.lost, met: plain.lost > 0 },
      ],
    );
  },
};
