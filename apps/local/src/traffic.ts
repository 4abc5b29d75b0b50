import { type Agent, request } from 'node:http';

export interface TrafficReport {
  requests: number;
  /** Anything but a 200 that names its server. */
  failed: number;
  /** Server name → answers. */
  backends: Record<string, number>;
  /** What the first failures said. */
  failures: string[];
}

export interface Target {
  address: string;
  port?: number;
  /** Host header. */
  host: string;
  path: string;
}

/** One GET on a connection of its own; resolves with the answer's status and body. */
export function ask(target: Target, agent?: Agent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: target.address,
        port: target.port ?? 80,
        path: target.path,
        headers: { Host: target.host },
        agent: agent ?? false,
        timeout: 10_000,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          if (body.length < 65_536) body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 10 s')));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function createReport(): TrafficReport {
  return { requests: 0, failed: 0, backends: {}, failures: [] };
}

/** Asks once and books the answer; the app answers JSON with `server`. Returns who answered. */
async function book(target: Target, report: TrafficReport): Promise<void> {
  report.requests += 1;
  try {
    const { status, body } = await ask(target);
    if (status !== 200) throw new Error(`answered ${status}: ${body.slice(0, 200)}`);
    const { server } = JSON.parse(body) as { server?: unknown };
    if (typeof server !== 'string') throw new Error(`answered without a server: ${body.slice(0, 200)}`);
    report.backends[server] = (report.backends[server] ?? 0) + 1;
  } catch (error) {
    report.failed += 1;
    if (report.failures.length < 10)
      report.failures.push(error instanceof Error ? error.message : String(error));
  }
}

/** Sends `count` requests, a few at a time. */
export async function sendRequests(target: Target, count: number): Promise<TrafficReport> {
  const report = createReport();
  let left = count;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await book(target, report);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  return report;
}

/** A client that keeps asking; `stop` answers what it saw. */
export interface Asker {
  stop(): Promise<TrafficReport>;
}

/** Asks again and again, `pauseMs` apart, until stopped: a client that is there while everything changes. */
export function keepAsking(target: Target, pauseMs = 20): Asker {
  const report = createReport();
  let stopped = false;
  const loop = (async () => {
    while (!stopped) {
      await book(target, report);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await loop;
      return report;
    },
  };
}
