import http from 'node:http';
import https from 'node:https';

/** What a client saw that was there all the time. */
export interface TrafficReport {
  requests: number;
  posts: number;
  /** Answers by the server that names itself in them. */
  answers: Record<string, number>;
  /** Kept connections that the server closed between two requests; the request was asked again. */
  askedAgain: number;
  failures: string[];
}

/** Visitors that never go away: some keep their connection, some take a new one for each request, some send forms. */
export interface Traffic {
  readonly report: TrafficReport;
  stop(): Promise<TrafficReport>;
}

export interface TrafficTarget {
  address: string;
  host: string;
  /** A path that answers JSON with `server`. */
  path: string;
  /** A path that takes a form and answers 303; without it no forms are sent. */
  postPath?: string;
  /** They come by TLS, and trust certificates of this root alone. */
  root?: string;
}

/** Short enough that a gap of a tenth of a second is met by some of them, long enough that they leave the cores to what they watch. */
const pauseMs = 150;

/** Starts `lanes` visitors of each kind. */
export function startTraffic(target: TrafficTarget, lanes = 2): Traffic {
  const report: TrafficReport = { requests: 0, posts: 0, answers: {}, askedAgain: 0, failures: [] };
  const stopped = new AbortController();
  const agents: http.Agent[] = [];
  const visit = async (agent: http.Agent | false, method: 'GET' | 'POST') => {
    while (!stopped.signal.aborted) {
      await one(target, agent, method, report);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const visitors = Array.from({ length: lanes }, () => {
    const { Agent } = target.root === undefined ? http : https;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    return [visit(agent, 'GET'), visit(false, 'GET'), ...(target.postPath ? [visit(false, 'POST')] : [])];
  }).flat();
  return {
    report,
    async stop() {
      stopped.abort();
      await Promise.all(visitors);
      for (const agent of agents) agent.destroy();
      return report;
    },
  };
}

async function one(
  target: TrafficTarget,
  agent: http.Agent | false,
  method: 'GET' | 'POST',
  report: TrafficReport,
): Promise<void> {
  report.requests += 1;
  if (method === 'POST') report.posts += 1;
  try {
    const answer = await ask(target, agent, method);
    if (method === 'POST') {
      if (answer.status !== 303) throw new Error(`a form was answered ${answer.status}`);
      return;
    }
    if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.body.slice(0, 80)}`);
    const { server } = JSON.parse(answer.body) as { server: string };
    report.answers[server] = (report.answers[server] ?? 0) + 1;
  } catch (error) {
    if (isClosedKeptConnection(error, agent)) {
      report.askedAgain += 1;
      return one(target, false, method, report);
    }
    report.failures.push(`${new Date().toISOString()} ${method}: ${(error as Error).message}`);
  }
}

/**
 * A server may close an idle kept connection at any time (RFC 9112, 9.3.1); a client that meets it asks again, as every browser does for a GET. What counts
 * as lost is a request that had no such excuse.
 */
function isClosedKeptConnection(error: unknown, agent: http.Agent | false): boolean {
  const { code, reusedSocket } = error as { code?: string; reusedSocket?: boolean };
  return agent !== false && reusedSocket === true && code === 'ECONNRESET';
}

function ask(target: TrafficTarget, agent: http.Agent | false, method: 'GET' | 'POST') {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const form = method === 'POST' ? 'body=hello' : undefined;
    const { root } = target;
    const { request: open } = root === undefined ? http : https;
    const request = open(
      {
        host: target.address,
        ...(root === undefined ? { port: 80 } : { port: 443, ca: root, servername: target.host }),
        path: method === 'POST' ? target.postPath : target.path,
        method,
        agent,
        timeout: 15_000,
        headers: {
          host: target.host,
          ...(form
            ? { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length }
            : {}),
        },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
        response.on('error', reject);
      },
    );
    request.on('timeout', () => request.destroy(new Error('no answer within 15 s')));
    request.on('error', (error) => reject(Object.assign(error, { reusedSocket: request.reusedSocket })));
    request.end(form);
  });
}
