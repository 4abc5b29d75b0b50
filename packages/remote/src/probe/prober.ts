import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { AppError, toAppError } from '@fairlead/errors';
import type { SshConnection } from '../connection.ts';
import { withDeadline } from '../deadline.ts';
import type { SshPool } from '../pool.ts';
import { resolveAddress } from '../resolve.ts';
import { connectionLost, remoteTimeout } from '../ssh-failure.ts';
import type { SshTarget } from '../target.ts';
import { openSocket } from '../tcp-socket.ts';
import { type Exchange, HttpConnection } from './http-connection.ts';
import { answered, faulty, type ProbeFault, type ProbeResult, unobserved } from './probe-result.ts';

/** One question to one backend, as its balancer would ask it. */
export interface ProbeRequest {
  /** The balancer, whose SSH connection carries the probe; null asks from here. */
  via: SshTarget | null;
  address: string;
  port: number;
  /** Begins with `/`. */
  path: string;
  /** The Host header. */
  host: string;
  /** From the first byte sent to the end of the answer, connecting included. */
  timeoutMs: number;
  /** Only a new connection notices that nothing listens any more. Kept ones are renewed on their own, see {@link ProberOptions}. */
  freshConnection?: boolean;
  /** `https` checks the certificate against `host`. Default `http`. */
  scheme?: 'http' | 'https';
  /** Of `https`: SHA-256 of the one certificate that is good, 64 hex digits, whoever issued it. */
  certificate?: string;
  /** Of `https`: the one authority whose certificates are good (PEM), and the name that they have to be for instead of `host`. */
  authority?: { certificate: string; name: string };
}

/** Times in milliseconds. */
export interface ProberOptions {
  /** How old a kept connection may get before a probe opens a new one in its place. Default 30,000. */
  maxConnectionAgeMs?: number;
  /** How long a balancer that could not be reached is left alone; ten times as long when only a person can help. Default 3,000. */
  tunnelRetryMs?: number;
}

/** Asks backends how they are over kept connections, one for each balancer and backend. */
export class Prober {
  readonly #pool: SshPool;
  readonly #maxAgeMs: number;
  readonly #retryMs: number;
  readonly #kept = new Map<string, HttpConnection>();
  readonly #down = new Map<string, { until: number; error: AppError }>();

  constructor(pool: SshPool, options: ProberOptions = {}) {
    this.#pool = pool;
    this.#maxAgeMs = options.maxConnectionAgeMs ?? 30_000;
    this.#retryMs = options.tunnelRetryMs ?? 3_000;
  }

  /**
   * Asks once. Redirects are not followed, the body is not kept. A kept connection that turns out dead is replaced once before the backend is judged,
   * and a silence is blamed on the backend only if the tunnel still answers. Throws `invalid-input` alone.
   */
  async probe(request: ProbeRequest): Promise<ProbeResult> {
    const message = requestMessage(request);
    const key = `${request.via?.serverId ?? ''} ${request.scheme ?? 'http'}://${request.host} ${request.address} ${request.port} ${request.certificate ?? request.authority?.certificate ?? ''}`;
    const began = performance.now();
    const kept = this.#take(key, request.freshConnection ?? false, began);
    if (kept) {
      const exchange = await kept.exchange(message, request.timeoutMs);
      if (exchange.ok || !isStale(exchange)) return await this.#judge(request, exchange, began, key, kept);
    }
    const opened = await this.#open(request);
    if (!(opened instanceof HttpConnection)) return opened;
    const left = Math.max(1, request.timeoutMs - (performance.now() - began));
    return await this.#judge(request, await opened.exchange(message, left), began, key, opened);
  }

  /** Closes the kept connections. */
  close(): void {
    for (const connection of this.#kept.values()) connection.close();
    this.#kept.clear();
  }

  #take(key: string, fresh: boolean, now: number): HttpConnection | null {
    const kept = this.#kept.get(key);
    if (!kept) return null;
    this.#kept.delete(key);
    if (kept.isOpen && !fresh && now - kept.bornAt < this.#maxAgeMs) return kept;
    kept.close();
    return null;
  }

  async #judge(
    request: ProbeRequest,
    exchange: Exchange,
    began: number,
    key: string,
    connection: HttpConnection,
  ): Promise<ProbeResult> {
    const latencyMs = performance.now() - began;
    if (exchange.ok) {
      if (connection.isOpen) this.#keep(key, connection);
      return answered(exchange.status, latencyMs);
    }
    return await this.#unlessTunnelIsDown(request, faulty(exchange.fault, latencyMs, request.timeoutMs));
  }

  #keep(key: string, connection: HttpConnection): void {
    this.#kept.get(key)?.close();
    this.#kept.set(key, connection);
  }

  async #open(request: ProbeRequest): Promise<HttpConnection | ProbeResult> {
    const began = performance.now();
    const { via, address, port, timeoutMs } = request;
    let tunnel: SshConnection | null = null;
    if (via) {
      try {
        tunnel = await this.#tunnel(via, timeoutMs);
      } catch (error) {
        return unobserved(toAppError(error));
      }
    }
    try {
      const stream = tunnel
        ? await tunnel.forward(address, port, { timeoutMs })
        : await openSocket(await resolveAddress(address, { timeoutMs }), port, { timeoutMs });
      return new HttpConnection(request.scheme === 'https' ? overTls(stream, request) : stream);
    } catch (thrown) {
      const error = toAppError(thrown);
      const fault = connectFaults[error.code];
      const broken = tunnel !== null && (!tunnel.isOpen || fault === undefined);
      if (broken) return unobserved(error);
      const noRoute = fault === 'timeout' && error.message.startsWith('There is no route');
      const result = faulty(
        noRoute ? 'unreachable' : (fault ?? 'closed'),
        performance.now() - began,
        timeoutMs,
      );
      return fault === 'timeout' ? await this.#unlessTunnelIsDown(request, result) : result;
    }
  }

  /** The connection to a balancer; one that just failed is left alone for a while, whatever the number of its backends. */
  async #tunnel(via: SshTarget, timeoutMs: number): Promise<SshConnection> {
    const down = this.#down.get(via.serverId);
    if (down && down.until > performance.now()) throw down.error;
    try {
      const tooLate = () => remoteTimeout(via, 'connecting', timeoutMs);
      const tunnel = await withDeadline(this.#pool.acquire(via), timeoutMs, tooLate);
      this.#down.delete(via.serverId);
      return tunnel;
    } catch (thrown) {
      const error = toAppError(thrown);
      const pauseMs = error.retryable ? this.#retryMs : 10 * this.#retryMs;
      this.#down.set(via.serverId, { until: performance.now() + pauseMs, error });
      throw error;
    }
  }

  async #unlessTunnelIsDown(request: ProbeRequest, result: ProbeResult): Promise<ProbeResult> {
    const { via, timeoutMs } = request;
    if (!via) return result;
    try {
      const tunnel = await this.#tunnel(via, timeoutMs);
      if (await tunnel.answers(Math.min(timeoutMs, 3_000))) return result;
      return unobserved(connectionLost(via));
    } catch (error) {
      return unobserved(toAppError(error));
    }
  }
}

const connectFaults: Partial<Record<AppError['code'], Exclude<ProbeFault, 'status'>>> = {
  'connection-refused': 'refused',
  'connection-timeout': 'timeout',
  'dns-failed': 'dns',
};

/** A kept connection that ended without a byte had been closed by the other side between two probes. */
function isStale(exchange: Exchange): boolean {
  return !exchange.ok && exchange.heardNothing && (exchange.fault === 'closed' || exchange.fault === 'reset');
}

function overTls(stream: Duplex, { host, certificate, authority }: ProbeRequest): Duplex {
  const options = { socket: stream, servername: authority?.name ?? host, ALPNProtocols: ['http/1.1'] };
  if (authority !== undefined) return connectTls({ ...options, ca: authority.certificate });
  if (certificate === undefined) return connectTls(options);
  const secure = connectTls({ ...options, rejectUnauthorized: false });
  secure.once('secureConnect', () => {
    const shown = secure.getPeerCertificate().fingerprint256?.replaceAll(':', '').toLowerCase();
    if (shown !== certificate) secure.destroy(new Error('Another certificate was shown.'));
  });
  return secure;
}

function requestMessage({ path, host }: ProbeRequest): string {
  if (!/^\/[\x21-\x7e]*$/.test(path) || !/^[A-Za-z0-9._:[\]-]+$/.test(host)) {
    throw new AppError(
      'invalid-input',
      'The health path or the host name holds letters that a request cannot hold.',
    );
  }
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Fairlead-Health/1\r\nAccept: */*\r\n\r\n`;
}
