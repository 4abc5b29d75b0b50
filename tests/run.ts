/**
 * `npm test`: every layer of tests, from the quickest to the truest, and one closing line with the sum.
 *
 *   npm test                 all layers but `wide`
 *   npm test -- all          all layers; what CI runs
 *   npm test -- unit db      these layers alone: check, unit, db, build, machines, lab, e2e, wide
 */
import { type StdioOptions, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Lab, type Release } from '@fairlead/lab';

interface Count {
  passed: number;
  failed: number;
  /** Each failed one with the first lines of why, for the end of a long log. */
  failures: string[];
}

interface Layer {
  name: string;
  says: string;
  /** `into`: a file for what it says, shown once it has ended; null says it as it goes. */
  run(into: string | null): Promise<Count>;
  /** The layer that it runs beside, where both are wanted. */
  beside?: string;
}

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-test-'));

/** Runs argv with its output shown, or written to the file `into`; resolves with its exit code. */
function run(
  argv: [string, ...string[]],
  env: Record<string, string> = {},
  into: string | null = null,
): Promise<number> {
  const [command, ...rest] = argv;
  const output = into === null ? 'inherit' : openSync(into, 'a');
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', output, output] satisfies StdioOptions;
    const child = spawn(command, rest, { stdio, env: { ...process.env, ...env } });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** A command that is one check: it passes or it fails. */
async function check(argv: [string, ...string[]], into: string | null = null): Promise<Count> {
  return (await run(argv, {}, into)) === 0
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [argv.join(' ')] };
}

function sum(counts: Count[]): Count {
  return {
    passed: counts.reduce((total, count) => total + count.passed, 0),
    failed: counts.reduce((total, count) => total + count.failed, 0),
    failures: counts.flatMap(({ failures }) => failures),
  };
}

/** The parts of vitest's JSON report that say what failed. A file that fails outside its tests has a message of its own. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] | null }[];
  }[];
}

function failuresOf({ testResults }: Report): string[] {
  return testResults.flatMap((file) => {
    const where = relative(process.cwd(), file.name);
    const tests = file.assertionResults
      .filter(({ status }) => status === 'failed')
      .map(
        ({ fullName, failureMessages }) =>
          `${where} › ${fullName}\n${firstLines(failureMessages?.join('\n') ?? '')}`,
      );
    return tests.length > 0 || file.status !== 'failed' ? tests : [`${where}\n${firstLines(file.message)}`];
  });
}

const firstLines = (text: string): string => indented(linesOf(text).slice(0, 12));
const lastLines = (text: string): string => indented(linesOf(text).slice(-12));
const linesOf = (text: string): string[] => stripVTControlCharacters(text).trimEnd().split('\n');
const indented = (lines: string[]): string => lines.map((line) => `    ${line.slice(0, 1000)}`).join('\n');

/** A vitest project; its counts come from its own JSON report, and a run that ends badly without a failed test counts as one. */
async function vitest(project: string, env: Record<string, string> = {}): Promise<Count> {
  const report = join(scratch, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await run(['npx', 'vitest', 'run', '--project', project, ...reporters], env);
  const results = JSON.parse(readFileSync(report, 'utf8')) as Report;
  const failures = failuresOf(results);
  if (code !== 0 && failures.length === 0) failures.push(`vitest ended with ${code} though no test failed`);
  return { passed: results.numPassedTests, failed: failures.length, failures };
}

async function playwright(into: string | null): Promise<Count> {
  const report = join(scratch, 'e2e.json');
  const argv: [string, ...string[]] = [
    'npx',
    'playwright',
    'test',
    '--config',
    'tests/e2e/playwright.config.ts',
  ];
  const code = await run(argv, { PLAYWRIGHT_JSON_OUTPUT_FILE: report }, into);
  const { stats, errors, suites } = JSON.parse(readFileSync(report, 'utf8')) as PlaywrightReport;
  const inTests = suites.flatMap(({ specs }) => specs.flatMap(({ tests }) => tests.flatMap(errorsOf)));
  const failures = [...inTests, ...errors].map(({ message }) => `the journey\n${firstLines(message ?? '')}`);
  // Before its first test it is what the world of the test said, not the test, that tells why.
  if (code !== 0 && stats.unexpected === 0 && into !== null)
    failures.push(`before the journey began\n${lastLines(readFileSync(into, 'utf8'))}`);
  return { passed: stats.expected, failed: failures.length, failures };
}

/** The parts of Playwright's JSON report that say what failed: in a test, or before one could begin. */
interface PlaywrightReport {
  stats: { expected: number; unexpected: number };
  errors: Failure[];
  suites: { specs: { tests: PlaywrightTest[] }[] }[];
}

interface PlaywrightTest {
  results: { errors: Failure[] }[];
}

interface Failure {
  message?: string;
}

const errorsOf = ({ results }: PlaywrightTest): Failure[] => results.flatMap(({ errors }) => errors);

/** As many minutes as all others together: asked for by name, and before anything is delivered. */
const wide = 'wide';
const all = 'all';

/** Whether the `build` layer has built all there is. */
let isBuilt = false;
let imagesMade: Promise<unknown> | undefined;

/**
 * Makes what the machines boot from, once. On a new machine that is minutes of unpacking packages, one after the other: begun with the first
 * layer, it takes the time that the first layers leave of the second core. A failure is thrown where the images are waited for.
 */
function images(): Promise<unknown> {
  imagesMade ??= Promise.all(
    ([12, 13] satisfies Release[]).map((release) =>
      Lab.prepare({
        machines: [{ name: 'none', release, image: 'stocked' }],
        onProgress: ({ message }) => process.stdout.write(`    ${message}\n`),
      }),
    ),
  );
  imagesMade.catch(() => undefined);
  return imagesMade;
}

/**
 * Debian testing, for the one file that boots it: after the others, and nobody waits for it but that file, which makes it itself where this failed and
 * says why it can't.
 */
async function testingImage(): Promise<void> {
  await images();
  await Lab.prepare({ machines: [{ name: 'none', release: 'testing', image: 'stocked' }] });
}

/** A layer that begins once there is something to boot machines from. */
function onMachines(layer: Layer['run']): Layer['run'] {
  return async (into) => {
    await images();
    return layer(into);
  };
}

const layers: Layer[] = [
  {
    name: 'check',
    says: 'format, lint, the direction of imports, types, what is unused',
    run: async () =>
      sum([
        await check(['npx', 'biome', 'ci', '--diagnostic-level=error', '.']),
        await check(['npm', 'run', 'typecheck']),
        await check(['npx', 'knip']),
      ]),
  },
  { name: 'unit', says: 'pure logic and properties', run: () => vitest('unit') },
  { name: 'db', says: 'use-cases on a real Postgres, both queues', run: () => vitest('db') },
  {
    name: 'build',
    says: 'the dashboard and the worker as they ship',
    // Half of that one is waiting.
    beside: 'db',
    run: async (into) => {
      const count = await check(['npx', 'turbo', 'run', 'build'], into);
      isBuilt = count.failed === 0;
      return count;
    },
  },
  {
    name: 'machines',
    says: 'the lab itself, and that it leaves nothing behind',
    // Looks at links, rules, mounts and control groups, which the two before it leave alone, and waits for boots most of the time.
    beside: 'build',
    run: onMachines(() => vitest('machines')),
  },
  {
    name: 'lab',
    says: 'hosts, handlers and faults on real machines',
    // Built a second time, the worker's files would be written while e2e starts from them.
    run: onMachines(() => vitest('lab', isBuilt ? { FAIRLEAD_TEST_BUILT: '1' } : {})),
  },
  {
    name: 'e2e',
    says: 'what a person does, clicked in Chromium against real machines',
    // Either waits for machines most of the time.
    beside: 'lab',
    run: onMachines(playwright),
  },
  {
    name: wide,
    says: 'what fewer apps use: every option of balancing and of sources, on every Nginx, on real machines',
    run: onMachines(() => vitest('wide', isBuilt ? { FAIRLEAD_TEST_BUILT: '1' } : {})),
  },
];

function isWanted(name: string, asked: readonly string[]): boolean {
  return asked.length === 0 ? name !== wide : asked.includes(all) || asked.includes(name);
}

interface Result {
  name: string;
  count: Count;
  seconds: number;
}

async function timed({ name, says, run }: Layer, isBeside: boolean): Promise<Result> {
  process.stdout.write(`\n━━ ${name}: ${says}\n`);
  const from = performance.now();
  const into = isBeside ? join(scratch, `${name}.log`) : null;
  if (into !== null) writeFileSync(into, '');
  const count = await run(into).catch((error: unknown) => {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return { passed: 0, failed: 1, failures: [`${name} did not run to its end; see above`] };
  });
  if (into !== null) process.stdout.write(`\n━━ ${name}, as it went\n${readFileSync(into, 'utf8')}\n`);
  return { name, count, seconds: (performance.now() - from) / 1000 };
}

async function main(): Promise<number> {
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => name !== all && !layers.some((layer) => layer.name === name));
  if (unknown.length > 0)
    throw new Error(`No such layer: ${unknown.join(', ')}. Layers: ${layers.map((l) => l.name).join(', ')}`);
  const wanted = layers.filter(({ name }) => isWanted(name, asked));
  if (wanted.some(({ name }) => ['machines', 'lab', 'e2e', wide].includes(name))) void images();
  if (wanted.some(({ name }) => name === wide)) testingImage().catch(() => undefined);
  const results: Result[] = [];
  const running: Promise<Result>[] = [];
  for (const [index, layer] of wanted.entries()) {
    const isBeside = layer.beside !== undefined && layer.beside === wanted[index - 1]?.name;
    if (!isBeside) results.push(...(await Promise.all(running.splice(0))));
    running.push(timed(layer, isBeside));
  }
  results.push(...(await Promise.all(running)));
  process.stdout.write('\n');
  for (const { name, count, seconds } of results) {
    process.stdout.write(
      `${name.padEnd(8)} ${String(count.passed).padStart(5)} passed ${String(count.failed).padStart(4)} failed ${seconds.toFixed(0).padStart(5)} s\n`,
    );
  }
  const total = sum(results.map((result) => result.count));
  if (total.failures.length > 0) process.stdout.write(`\nFailed:\n${total.failures.join('\n')}\n`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

process.exitCode = await main().finally(() => rmSync(scratch, { recursive: true, force: true }));
