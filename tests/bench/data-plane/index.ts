import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Bench, type BenchOptions, median, pairedRatio, round } from '../measure.ts';
import {
  article,
  backendPorts,
  backends,
  balancerPort,
  caddy,
  fairleadPeer,
  haproxy,
  host,
  type Peer,
  tuned,
} from './peers.ts';

const exec = promisify(execFile);
const secondsPerRun = 2;
/** Short runs, many of them: a machine's speed drifts by a fourth within seconds, and neighbours in time are compared. */
const passesPerRound = 3;
/** One core for the balancer; the load and the backends share the other. */
const balancerCore = '0';
const loadCore = '1';

interface Sample {
  requestsPerSecond: number;
  p99Ms: number;
}

async function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => socket.destroy());
  });
}

async function started(argv: [string, ...string[]], core: string, port: number): Promise<ChildProcess> {
  const child = spawn('taskset', ['-c', core, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  for (let attempt = 0; attempt < 1200; attempt += 1) {
    if (await answers(port)) return child;
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await ended(child);
  throw new Error(`${argv.join(' ')} does not listen on ${port}:\n${complaint}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await gone;
}

/** wrk's own report of one run: 64 kept-open connections. Any error or answer other than 2xx fails the run. */
async function load(port: number): Promise<Sample> {
  const { stdout } = await exec('taskset', [
    '-c',
    loadCore,
    'wrk',
    '-t1',
    '-c64',
    `-d${secondsPerRun}s`,
    '--latency',
    '-H',
    `Host: ${host}`,
    `http://127.0.0.1:${port}/`,
  ]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`errors under load:\n${stdout}`);
  const requests = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1];
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
  const unit = { us: 0.001, ms: 1, s: 1000 }[p99?.[2] ?? ''];
  if (!requests || !p99?.[1] || !unit) throw new Error(`wrk said something else:\n${stdout}`);
  return { requestsPerSecond: Number(requests), p99Ms: Number(p99[1]) * unit };
}

async function measured(peer: Peer, scratch: string, roundNumber: number): Promise<Sample> {
  const folder = join(scratch, `${peer.name}-${roundNumber}`);
  await mkdir(folder);
  const balancer = await started(await peer.prepare(folder), balancerCore, balancerPort);
  try {
    return await load(balancerPort);
  } finally {
    await ended(balancer);
  }
}

async function nginxVersion(): Promise<[number, number, number]> {
  const { stderr } = await exec('nginx', ['-v']);
  const [, major, minor, patch] = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(stderr) ?? [];
  return [Number(major), Number(minor), Number(patch)];
}

async function run({ rounds, say }: BenchOptions): Promise<Record<string, unknown>> {
  const scratch = await mkdtemp(join(tmpdir(), 'fairlead-data-plane-'));
  await exec('chmod', ['755', scratch]);
  const folder = join(scratch, 'backends');
  await mkdir(folder);
  const backend = await started(await backends.prepare(folder), loadCore, backendPorts[0]);
  const peers = [tuned, fairleadPeer(await nginxVersion()), haproxy, article, caddy];
  const samples = new Map<string, Sample[]>();
  const keep = (name: string, sample: Sample) => samples.set(name, [...(samples.get(name) ?? []), sample]);
  try {
    await load(backendPorts[0]); // not counted
    const passes = rounds * passesPerRound;
    for (let index = 0; index < passes; index += 1) {
      // There and back, so that no peer always follows the same one.
      for (const peer of index % 2 === 0 ? peers : peers.toReversed()) {
        const sample = await measured(peer, scratch, index);
        keep(peer.name, sample);
        say(
          `pass ${index + 1}/${passes} ${peer.name.padEnd(8)} ${round(sample.requestsPerSecond)} requests/s, p99 ${round(sample.p99Ms)} ms`,
        );
      }
      keep('direct', await load(backendPorts[0]));
    }
  } finally {
    await ended(backend);
    await rm(scratch, { recursive: true, force: true });
  }
  const rate = (name: string) => (samples.get(name) ?? []).map((sample) => sample.requestsPerSecond);
  const figures = Object.fromEntries(
    [...samples].map(([name, list]) => [
      name,
      {
        requestsPerSecond: Math.round(median(rate(name))),
        p99Ms: round(median(list.map((sample) => sample.p99Ms))),
      },
    ]),
  );
  return {
    ...figures,
    ratios: {
      vsTuned: round(pairedRatio(rate('fairlead'), rate('tuned'))),
      vsArticle: round(pairedRatio(rate('fairlead'), rate('article'))),
      vsHaproxy: round(pairedRatio(rate('fairlead'), rate('haproxy'))),
      vsCaddy: round(pairedRatio(rate('fairlead'), rate('caddy'))),
    },
  };
}

/** Requests a second and p99 of a balancer on one core, 2 KB answers, 64 kept-open clients: Fairlead's rendered front beside its peers. */
export const dataPlane: Bench = {
  name: 'data-plane',
  says: 'requests/s and p99 through the rendered front, beside tuned Nginx, the article, HAProxy and Caddy',
  run,
  judge(result) {
    const { vsTuned, vsArticle, vsHaproxy } = result.ratios as Record<
      'vsTuned' | 'vsArticle' | 'vsHaproxy',
      number
    >;
    return [
      { limit: 'fairlead ≥ 0.97 × tuned', measured: vsTuned, met: vsTuned >= 0.97 },
      { limit: 'fairlead ≥ 2.5 × article', measured: vsArticle, met: vsArticle >= 2.5 },
      { limit: 'fairlead ≥ 0.95 × HAProxy', measured: vsHaproxy, met: vsHaproxy >= 0.95 },
    ];
  },
};
