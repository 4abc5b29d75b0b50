import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Lab } from '@fairlead/lab';
import { createKeyPair, Prober, SshPool, type SshTarget, scanHostKey } from '@fairlead/remote';
import { type Bench, median, pairedRatio, round } from './measure.ts';

const exec = promisify(execFile);
const probesPerRun = 20_000;
const inFlight = 32;
const exporterPort = 18_115;
/** USER_HZ of Linux: what /proc counts CPU time in, a hundredth of a second. */
const ticksPerSecond = 100;

interface Backend {
  address: string;
  port: number;
}

/** Probes per second of CPU time of this process, kept-open connections, through the tunnel or direct. */
async function probeOurs(prober: Prober, via: SshTarget | null, backend: Backend): Promise<number> {
  let left = probesPerRun;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const result = await prober.probe({
        via,
        ...backend,
        path: '/',
        host: 'bench.example.com',
        timeoutMs: 5000,
      });
      if (result.kind !== 'observed' || !result.healthy)
        throw new Error(`a probe failed: ${result.reason ?? ''}`);
    }
  };
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: inFlight }, lane));
  const { user, system } = process.cpuUsage(before);
  return probesPerRun / ((user + system) / 1e6);
}

async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Probes per second of CPU time of the exporter, asked by wrk as Prometheus would ask it. */
async function probeExporter(exporter: ChildProcess, backend: Backend): Promise<number> {
  const { pid } = exporter;
  if (pid === undefined) throw new Error('no exporter');
  const before = await cpuSeconds(pid);
  const target = encodeURIComponent(`http://${backend.address}:${backend.port}/`);
  const url = `http://127.0.0.1:${exporterPort}/probe?module=http_2xx&target=${target}`;
  const { stdout } = await exec('wrk', ['-t1', '-c16', '-d4s', url]);
  const requests = /(\d+) requests in/.exec(stdout)?.[1];
  if (!requests || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`errors under load:\n${stdout}`);
  return Number(requests) / ((await cpuSeconds(pid)) - before);
}

async function startExporter(folder: string): Promise<ChildProcess> {
  const config = join(folder, 'blackbox.yml');
  await writeFile(
    config,
    'modules:\n  http_2xx:\n    prober: http\n    timeout: 5s\n    http:\n      preferred_ip_protocol: ip4\n',
  );
  const child = spawn(
    'prometheus-blackbox-exporter',
    [`--config.file=${config}`, `--web.listen-address=127.0.0.1:${exporterPort}`, '--log.level=error'],
    { stdio: 'ignore' },
  );
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (
      await fetch(`http://127.0.0.1:${exporterPort}/-/healthy`).then(
        (r) => r.ok,
        () => false,
      )
    )
      return child;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill();
  throw new Error('the exporter did not come up');
}

/** What a probe costs the control plane: through the balancer's tunnel and direct, beside Prometheus' blackbox exporter. */
export const probe: Bench = {
  name: 'probe',
  says: 'health probes per second of one core, through the tunnel and direct, beside prometheus-blackbox-exporter',
  async run({ rounds, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'fairlead-probe-'));
    const lab = await Lab.up({ name: 'bench', slot: 6, machines: [{ name: 'web-1', image: 'stocked' }] });
    const pool = new SshPool();
    const prober = new Prober(pool);
    const exporter = await startExporter(folder);
    try {
      const machine = lab.machine('web-1');
      await machine.writeFile(
        '/etc/nginx/conf.d/probe.conf',
        'server { listen 20000; access_log off; keepalive_requests 10000000; return 200 ok; }\n',
      );
      await machine.run('systemctl start nginx');
      const keys = createKeyPair('bench');
      await machine.authorize(keys.publicKey);
      const { key } = await scanHostKey(machine.address, 22);
      const via: SshTarget = {
        serverId: 'web-1',
        name: 'web-1',
        address: machine.address,
        port: 22,
        user: 'admin',
        hostKey: key,
        privateKey: keys.privateKey,
      };
      const backend = { address: machine.address, port: 20_000 };
      await probeOurs(prober, via, backend); // not counted: opens connections, warms the code
      const tunnel: number[] = [];
      const direct: number[] = [];
      const blackbox: number[] = [];
      for (let index = 0; index < rounds; index += 1) {
        tunnel.push(await probeOurs(prober, via, backend));
        direct.push(await probeOurs(prober, null, backend));
        blackbox.push(await probeExporter(exporter, backend));
        say(
          `round ${index + 1}/${rounds}: tunnel ${round(tunnel.at(-1) ?? 0)}, direct ${round(direct.at(-1) ?? 0)}, exporter ${round(blackbox.at(-1) ?? 0)} probes/s of one core`,
        );
      }
      return {
        tunnelPerSecondPerCore: round(median(tunnel)),
        directPerSecondPerCore: round(median(direct)),
        blackboxPerSecondPerCore: round(median(blackbox)),
        tunnelVsBlackbox: round(pairedRatio(tunnel, blackbox)),
        directVsBlackbox: round(pairedRatio(direct, blackbox)),
      };
    } finally {
      exporter.kill();
      await prober.close();
      await pool.close();
      await lab.down();
      await rm(folder, { recursive: true, force: true });
    }
  },
  judge: ({ tunnelVsBlackbox, directVsBlackbox }) => [
    {
      limit: 'through the tunnel ≥ 5 × the exporter',
      measured: Number(tunnelVsBlackbox),
      met: Number(tunnelVsBlackbox) >= 5,
    },
    {
      limit: 'direct ≥ 5 × the exporter',
      measured: Number(directVsBlackbox),
      met: Number(directVsBlackbox) >= 5,
    },
  ],
};
