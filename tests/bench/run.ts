/**
 * `npm run bench -- NAME [--json] [--rounds N]`: measures ours and the peers in turn in one run.
 * A table on standard error; with `--json` one object as the last line of standard output.
 */
import { parseArgs } from 'node:util';
import { dataPlane } from './data-plane/index.ts';
import { deployBench } from './deploy/index.ts';
import { deployLoss } from './deploy/loss.ts';
import { enable } from './enable.ts';
import type { Bench } from './measure.ts';
import { probe } from './probe.ts';
import { reloadLoss } from './reload-loss.ts';
import { render } from './render.ts';
import { toggleBench } from './toggle/index.ts';
import { toggleLoss } from './toggle-loss.ts';
import { toggleScale } from './toggle-scale.ts';

const benches: Bench[] = [
  toggleBench,
  toggleScale,
  toggleLoss,
  reloadLoss,
  enable,
  deployBench,
  deployLoss,
  render,
  dataPlane,
  probe,
];

function table(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return `${indent}${String(value)}\n`;
  return Object.entries(value)
    .map(([key, inner]) =>
      typeof inner === 'object' && inner !== null
        ? `${indent}${key}\n${table(inner, `${indent}  `)}`
        : `${indent}${key.padEnd(24)} ${String(inner)}\n`,
    )
    .join('');
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
  });
  const rounds = Number(values.rounds);
  const chosen = benches.filter((bench) => positionals.length === 0 || positionals.includes(bench.name));
  if (chosen.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
    process.stderr.write(
      `Usage: npm run bench -- [${benches.map((bench) => bench.name).join('|')}] [--json] [--rounds N]\n`,
    );
    return 2;
  }
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const results: Record<string, unknown> = {};
  let met = true;
  for (const bench of chosen) {
    say(`━━ ${bench.name}: ${bench.says}`);
    const result = await bench.run({ rounds, say });
    results[bench.name] = result;
    say(table(result));
    for (const verdict of bench.judge(result)) {
      say(`${verdict.met ? '✓' : '✗'} ${verdict.limit}: ${verdict.measured}`);
      met &&= verdict.met;
    }
  }
  const [only] = chosen;
  if (values.json)
    process.stdout.write(`${JSON.stringify(chosen.length === 1 && only ? results[only.name] : results)}\n`);
  return met ? 0 : 1;
}

process.exitCode = await main();
