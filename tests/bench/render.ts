import { capabilitiesOf, frontSpecSchema, renderFront } from '@fairlead/nginx';
import { type Bench, median, round } from './measure.ts';

const sizes = [1, 10, 100, 1_000, 10_000];
const timesPerRound = 20;

const capabilities = capabilitiesOf({ version: '1.26.3', modules: [], announcesReloads: true });

function specOf(servers: number) {
  return frontSpecSchema.parse({
    kind: 'front',
    app: 'shop',
    generation: 1,
    names: ['shop.example.com'],
    listenPort: 80,
    method: 'least_conn',
    servers: Array.from({ length: servers }, (_, index) => ({
      address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255 || 1}`,
      port: 20_000 + (index & 255 ? 0 : 1),
      weight: 1 + (index % 5),
    })),
  });
}

/** From a parsed front to its text and digest, by the number of its backends. */
export const render: Bench = {
  name: 'render',
  says: 'rendering a front of 1 to 10,000 backends',
  async run({ rounds, say }) {
    const answer: Record<string, { renderMs: number; parseMs: number; bytes: number }> = {};
    for (const servers of sizes) {
      const spec = specOf(servers);
      const times: number[] = [];
      const parses: number[] = [];
      let bytes = 0;
      for (let index = 0; index < rounds * timesPerRound; index += 1) {
        const parsing = performance.now();
        frontSpecSchema.parse(spec);
        const from = performance.now();
        bytes = Buffer.byteLength(renderFront(spec, capabilities).content);
        times.push(performance.now() - from);
        parses.push(from - parsing);
      }
      answer[`${servers}`] = { renderMs: round(median(times)), parseMs: round(median(parses)), bytes };
      say(`${servers} backends: ${round(median(times))} ms, ${bytes} bytes`);
    }
    return answer;
  },
  judge(result) {
    const { renderMs } = (result as Record<string, { renderMs: number }>)['10000'] ?? {
      renderMs: Number.NaN,
    };
    return [{ limit: '10,000 backends in under 50 ms', measured: renderMs, met: renderMs < 50 }];
  },
};
