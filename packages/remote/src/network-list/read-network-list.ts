import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP } from 'node:net';
import { AppError } from '@fairlead/errors';
import { isAllowed } from '../allowed-address.ts';
import { resolveAddress } from '../resolve.ts';

/** What a list may cost the control plane. Five hundred networks of IPv6 are 22 kB. */
const MOST_BYTES = 64 * 1024;
const MOST_REDIRECTS = 3;

export interface NetworkListOptions {
  /** Also addresses inside the control plane's own network. */
  allowPrivateNetworks?: boolean;
  /** For everything together, redirects too (milliseconds). */
  timeoutMs?: number;
  /** Stands in for the system's own certificate authorities (PEM). */
  ca?: string;
  /** Where HTTPS is listened for, unless the address says so. */
  port?: number;
}

/**
 * The lines of a plain-text list, read over HTTPS from a public address. The address that a name led to is the one that is connected to, so that no second
 * answer of the DNS leads elsewhere; a redirect is looked at as the first address was.
 * @returns lines without remarks (`#`) and without empty ones, as they stand there
 * @throws AppError `network-list-unreachable` with what happened
 */
export async function readNetworkList(url: string, options: NetworkListOptions = {}): Promise<string[]> {
  const deadline = AbortSignal.timeout(options.timeoutMs ?? 10_000);
  let address = new URL(url);
  for (let turn = 0; turn <= MOST_REDIRECTS; turn += 1) {
    const response = await ask(address, options, deadline);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      address = redirected(address, headers.location);
      continue;
    }
    if (statusCode !== 200) {
      response.destroy();
      throw unreachable(address, `it answered ${statusCode}`);
    }
    return linesOf(await textOf(response, address, deadline));
  }
  throw unreachable(address, `it redirects more than ${MOST_REDIRECTS} times`);
}

function redirected(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw unreachable(from, 'it redirects to what is no address');
  const to = new URL(location, from);
  if (to.protocol !== 'https:' || to.username !== '' || to.password !== '') {
    throw unreachable(from, 'it redirects to something else than plain https');
  }
  return to;
}

async function ask(url: URL, options: NetworkListOptions, deadline: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const address = await publicAddress(url, host, options, deadline);
  return new Promise((resolve, reject) => {
    const asking = request({
      host: address,
      port: Number(url.port) || (options.port ?? 443),
      path: url.pathname + url.search,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      headers: { Host: url.host, Accept: 'text/plain, */*;q=0.1', 'User-Agent': 'Fairlead' },
      agent: false,
      signal: deadline,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    });
    asking.on('response', resolve);
    asking.on('error', (cause) => reject(broken(url, cause, deadline)));
    asking.end();
  });
}

/** The first address that may be connected to. */
async function publicAddress(
  url: URL,
  host: string,
  { allowPrivateNetworks = false, timeoutMs = 10_000 }: NetworkListOptions,
  signal: AbortSignal,
): Promise<string> {
  const addresses = await resolveAddress(host, { timeoutMs, signal }).catch((cause: unknown) => {
    throw deadlineOr(url, signal, 'there is no DNS record for it', cause);
  });
  const allowed = addresses.find((address) => isAllowed(address, allowPrivateNetworks));
  if (allowed !== undefined) return allowed;
  throw unreachable(url, 'it is an address inside this network');
}

async function textOf(response: IncomingMessage, url: URL, deadline: AbortSignal): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      bytes += part.length;
      if (bytes > MOST_BYTES) {
        response.destroy();
        throw unreachable(url, `it is longer than ${MOST_BYTES / 1024} KiB`);
      }
      parts.push(part);
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : broken(url, cause, deadline);
  }
  return Buffer.concat(parts).toString('utf8');
}

function linesOf(text: string): string[] {
  return text
    .split(/\r\n|\n|\r/)
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line !== '');
}

function broken(url: URL, cause: unknown, deadline: AbortSignal): AppError {
  const { code } = cause as NodeJS.ErrnoException;
  return deadlineOr(url, deadline, `the connection failed${code === undefined ? '' : ` (${code})`}`, cause);
}

function deadlineOr(url: URL, deadline: AbortSignal, why: string, cause: unknown): AppError {
  return deadline.aborted
    ? unreachable(url, 'it did not answer in time', cause)
    : unreachable(url, why, cause);
}

function unreachable(url: URL, why: string, cause?: unknown): AppError {
  return new AppError(
    'network-list-unreachable',
    `The list at ${url.host}${url.pathname} can not be read: ${why}.`,
    {
      hint: 'Give an https address that answers with plain text, one network a line.',
      retryable: true,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
