import { Agent, request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { AppError } from '@fairlead/errors';
import { isAllowed } from '../allowed-address.ts';
import { reachableAddress } from '../git/reachable-address.ts';

/** How directories are reached. */
export interface AcmeTransportOptions {
  /** Directories inside this network may be asked too. */
  allowPrivateNetworks: boolean;
  /** PEM of authorities that are trusted beside the public ones. */
  roots?: string;
  /** Milliseconds for one answer. */
  timeoutMs?: number;
}

export interface AcmeAnswer {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
}

const longestAnswerBytes = 1024 * 1024;

/** Says what the directory did, as an error to show. */
export function acmeFailure(message: string, more: { hint?: string; cause?: unknown } = {}): AppError {
  return new AppError('acme-failed', message, { retryable: true, ...more });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof AppError)) return (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return cause.details?.reason === 'private-network'
    ? 'it is inside this network'
    : 'there is no DNS record for it';
}

/** One request over TLS, to an address that may be asked and is not resolved twice. */
export class AcmeTransport {
  readonly #options: AcmeTransportOptions;
  readonly #agent: Agent;

  constructor(options: AcmeTransportOptions) {
    this.#options = options;
    const { allowPrivateNetworks, timeoutMs = 20_000 } = options;
    const lookup: LookupFunction = (host, { all }, done) => {
      reachableAddress(host, { allowPrivateNetworks, timeoutMs }).then(
        (address) => {
          const family = isIP(address);
          return all ? done(null, [{ address, family }]) : done(null, address, family);
        },
        (error: Error) => done(error, '', 0),
      );
    };
    const ca = options.roots === undefined ? [] : [...rootCertificates, options.roots];
    this.#agent = new Agent({ keepAlive: true, lookup, ...(ca.length === 0 ? {} : { ca }) });
  }

  /** @throws AppError `acme-failed` where nobody answers, or something else than a directory does */
  async send(method: 'GET' | 'HEAD' | 'POST', url: string, body?: string): Promise<AcmeAnswer> {
    const { hostname, protocol, host } = new URL(url);
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (protocol !== 'https:') throw acmeFailure(`${host} named an address that is not HTTPS.`);
    if (isIP(literal) !== 0 && !isAllowed(literal, this.#options.allowPrivateNetworks)) {
      throw acmeFailure(`${host} is inside this network, where no directory is asked.`);
    }
    try {
      return await this.#exchange(method, url, body);
    } catch (cause) {
      const reason = reasonOf(cause);
      throw acmeFailure(`${host} could not be asked: ${reason}.`, {
        hint: 'Look whether this machine reaches it; it is asked again by itself.',
        cause,
      });
    }
  }

  #exchange(method: string, url: string, body: string | undefined): Promise<AcmeAnswer> {
    return new Promise((resolve, reject) => {
      const { timeoutMs = 20_000 } = this.#options;
      const headers = {
        'User-Agent': 'Fairlead-ACME/1',
        ...(body === undefined
          ? {}
          : { 'Content-Type': 'application/jose+json', 'Content-Length': Buffer.byteLength(body) }),
      };
      const signal = AbortSignal.timeout(timeoutMs);
      const call = request(url, { method, headers, agent: this.#agent, signal }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > longestAnswerBytes) call.destroy(new Error('its answer is too long'));
          else chunks.push(chunk);
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as AcmeAnswer['headers'],
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
