import type { Secret } from '@fairlead/errors';
import { AppError } from '@fairlead/errors';
import type { z } from 'zod';
import { AccountKey } from './account-key.ts';
import {
  type Authorization,
  authorizationSchema,
  type Directory,
  directorySchema,
  type Order,
  orderSchema,
  type Problem,
  problemSchema,
} from './messages.ts';
import { type AcmeAnswer, type AcmeTransport, acmeFailure } from './transport.ts';

/** An order under way, and its address. */
export interface OpenOrder extends Order {
  url: string;
}

/** What the directory asks to find on one name. */
export interface HttpChallenge {
  name: string;
  token: string;
  /** What `/.well-known/acme-challenge/<token>` has to answer. */
  content: string;
  url: string;
}

interface Account {
  directoryUrl: string;
  key: Secret;
  /** Where the account is; null: not registered yet. */
  accountUrl: string | null;
}

/** So often a nonce is refused in a row before it counts as a failure; each refusal brings the next one with it. */
const mostTries = 12;
const pollEveryMs = 1_000;
const longestPauseMs = 30_000;

/**
 * One account with one ACME directory: orders certificates, proved by HTTP-01.
 * @see https://www.rfc-editor.org/rfc/rfc8555
 */
export class AcmeClient {
  readonly #transport: AcmeTransport;
  readonly #key: AccountKey;
  readonly #directoryUrl: string;
  #accountUrl: string | null;
  #directory: Directory | null = null;
  #nonce: string | null = null;

  constructor(transport: AcmeTransport, { directoryUrl, key, accountUrl }: Account) {
    this.#transport = transport;
    this.#key = new AccountKey(key);
    this.#directoryUrl = directoryUrl;
    this.#accountUrl = accountUrl;
  }

  /** What the directory offers. */
  async directory(): Promise<Directory> {
    if (this.#directory !== null) return this.#directory;
    const answer = await this.#transport.send('GET', this.#directoryUrl);
    if (answer.status !== 200) throw this.#refused(answer);
    this.#directory = this.#parse(directorySchema, answer);
    return this.#directory;
  }

  /** Registers the account, or finds it again by its key. @returns its address */
  async register(email: string | null): Promise<string> {
    const { newAccount, meta } = await this.directory();
    if (meta?.externalAccountRequired) {
      throw new AppError('acme-failed', 'This directory takes accounts of its own customers alone.', {
        hint: 'Choose a directory that is open to everybody, such as Let’s Encrypt.',
      });
    }
    const contact = email === null ? {} : { contact: [`mailto:${email}`] };
    const answer = await this.#post(newAccount, { termsOfServiceAgreed: true, ...contact }, true);
    this.#accountUrl = this.#location(answer);
    return this.#accountUrl;
  }

  /** Orders a certificate for some names. */
  async order(names: readonly string[]): Promise<OpenOrder> {
    const { newOrder } = await this.directory();
    const identifiers = names.map((value) => ({ type: 'dns', value }));
    const answer = await this.#post(newOrder, { identifiers });
    return { ...this.#parse(orderSchema, answer), url: this.#location(answer) };
  }

  /** What is still to be proved for an order; nothing for names that were proved a while ago. */
  async challenges(order: OpenOrder): Promise<HttpChallenge[]> {
    const found: HttpChallenge[] = [];
    for (const url of order.authorizations) {
      const authorization = await this.#authorization(url);
      const { identifier, status, challenges } = authorization;
      if (status === 'valid') continue;
      const challenge = challenges.find(({ type }) => type === 'http-01');
      if (challenge?.token === undefined || status !== 'pending') throw unprovable(authorization);
      const { token } = challenge;
      const content = `${token}.${this.#key.thumbprint}`;
      found.push({ name: identifier.value, token, content, url });
    }
    return found;
  }

  /** Has a name looked at, and waits for the verdict. @throws AppError `acme-failed` with the directory’s own words */
  async prove(challenge: HttpChallenge, signal: AbortSignal, timeoutMs = 120_000): Promise<void> {
    const asked = await this.#authorization(challenge.url);
    const own = asked.challenges.find(({ type }) => type === 'http-01');
    if (own === undefined) throw unprovable(asked);
    if (asked.status === 'pending') await this.#post(own.url, {});
    const ended = await this.#until(
      signal,
      timeoutMs,
      () => this.#authorization(challenge.url),
      ({ status }) => status !== 'pending',
    );
    if (ended.status !== 'valid') throw unprovable(ended);
  }

  /** Hands the request in and waits for the certificate. @returns the chain in PEM */
  async collect(
    order: OpenOrder,
    request: Uint8Array,
    signal: AbortSignal,
    timeoutMs = 120_000,
  ): Promise<string> {
    const look = async () => this.#parse(orderSchema, await this.#post(order.url, null));
    const isReady = ({ status }: Order) => status !== 'pending';
    const ready = await this.#until(signal, timeoutMs, look, isReady);
    if (ready.status === 'ready') {
      await this.#post(order.finalize, { csr: Buffer.from(request).toString('base64url') });
    }
    const ended = await this.#until(
      signal,
      timeoutMs,
      look,
      ({ status }) => status === 'valid' || status === 'invalid',
    );
    if (ended.certificate === undefined) throw refusal(ended.error ?? null, 'The order was refused.');
    return (await this.#post(ended.certificate, null)).text;
  }

  async #authorization(url: string): Promise<Authorization> {
    return this.#parse(authorizationSchema, await this.#post(url, null));
  }

  async #until<T>(
    signal: AbortSignal,
    timeoutMs: number,
    look: () => Promise<T>,
    isOver: (found: T) => boolean,
  ): Promise<T> {
    for (const deadline = performance.now() + timeoutMs; ; ) {
      const found = await look();
      if (isOver(found)) return found;
      if (performance.now() > deadline) throw acmeFailure('The directory did not come to an end in time.');
      await pause(pollEveryMs, signal);
    }
  }

  /** Signed, with a nonce; asked again where the directory wants another nonce. */
  async #post(url: string, payload: object | null, isNewAccount = false): Promise<AcmeAnswer> {
    if (this.#accountUrl === null && !isNewAccount) throw new Error('the account is not registered');
    const who = isNewAccount ? { jwk: this.#key.jwk } : { kid: this.#accountUrl };
    for (let attempt = 1; ; attempt += 1) {
      const nonce = await this.#takeNonce();
      const answer = await this.#transport.send('POST', url, this.#key.sign({ nonce, url, ...who }, payload));
      this.#nonce = answer.headers['replay-nonce'] ?? null;
      if (answer.status < 400) return answer;
      const isNonce = problemOf(answer)?.type.endsWith(':badNonce') ?? false;
      if (!isNonce || attempt === mostTries) throw this.#refused(answer);
    }
  }

  async #takeNonce(): Promise<string> {
    const kept = this.#nonce;
    this.#nonce = null;
    if (kept !== null) return kept;
    const { newNonce } = await this.directory();
    const nonce = (await this.#transport.send('HEAD', newNonce)).headers['replay-nonce'];
    if (nonce === undefined) throw acmeFailure('The directory gave no nonce.');
    return nonce;
  }

  #location({ headers }: AcmeAnswer): string {
    if (headers.location === undefined) throw acmeFailure('The directory did not say where to look next.');
    return new URL(headers.location, this.#directoryUrl).href;
  }

  #parse<Schema extends z.ZodType>(schema: Schema, { text }: AcmeAnswer): z.output<Schema> {
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      const { host } = new URL(this.#directoryUrl);
      throw acmeFailure(`${host} does not answer as an ACME directory does.`, {
        hint: 'Check the address of the directory.',
        cause,
      });
    }
  }

  #refused(answer: AcmeAnswer): AppError {
    return refusal(
      problemOf(answer),
      `The directory answered ${answer.status}.`,
      answer.headers['retry-after'],
    );
  }
}

function problemOf({ text }: AcmeAnswer): Problem | null {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** The directory’s own words, which name what is wrong better than ours could. */
function refusal(problem: Problem | null, otherwise: string, retryAfter?: string): AppError {
  const parts = [
    problem?.detail,
    ...(problem?.subproblems ?? []).map(({ identifier, detail }) => `${identifier?.value ?? ''}: ${detail}`),
  ].filter((text) => text !== undefined && text !== '');
  const words = parts
    .join(' ')
    .replace(/[\p{C}]/gu, ' ')
    .slice(0, 1000);
  const type = problem?.type.split(':').at(-1) ?? '';
  const seconds = Number(retryAfter);
  return new AppError('acme-failed', words === '' ? otherwise : words, {
    retryable: true,
    details: { type, ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterSeconds: seconds } : {}) },
    ...(type === 'rateLimited' ? { hint: 'Too much was asked for; it is tried again later by itself.' } : {}),
  });
}

function unprovable({ identifier, challenges }: Authorization): AppError {
  const { value } = identifier;
  const own = challenges.find(({ type }) => type === 'http-01');
  const why = refusal(own?.error ?? null, 'It can not be proved over HTTP.');
  return new AppError('acme-failed', `${value} was not proved: ${why.message}`, {
    retryable: true,
    hint: `The authority asks http://${value}/.well-known/acme-challenge/ on port 80: the name has to lead to the balancer, and port 80 has to be open.`,
    details: { name: value, ...why.details },
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stop);
        resolve();
      },
      Math.min(ms, longestPauseMs),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
}
