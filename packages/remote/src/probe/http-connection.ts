import type { Duplex } from 'node:stream';
import { ResponseReader } from './response-reader.ts';

/** Why a request on a connection got no answer. `closed` and `reset` before the first byte may mean that a kept connection had died. */
export type ExchangeFault = 'timeout' | 'closed' | 'reset' | 'not-http' | 'tls' | CertificateFault;

/** What is wrong with a certificate that was shown. */
export type CertificateFault = 'certificate-ended' | 'certificate-name' | 'certificate-issuer';

export type Exchange =
  | { ok: true; status: number }
  | { ok: false; fault: ExchangeFault; heardNothing: boolean };

/** One HTTP/1.1 connection for probes: one request at a time, status only. */
export class HttpConnection {
  readonly bornAt = performance.now();
  readonly #stream: Duplex;
  #open = true;
  #reader: ResponseReader | null = null;
  #settle: ((exchange: Exchange) => void) | null = null;
  #heard = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('end', () => this.#ended('closed'));
    stream.on('close', () => this.#ended('closed'));
    stream.on('error', (error: NodeJS.ErrnoException) => this.#ended(faultOf(error)));
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Sends `request` and waits for the status of the answer and for its end, at most `timeoutMs`. Never rejects. */
  exchange(request: string, timeoutMs: number): Promise<Exchange> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#heard = false;
      if (!this.#open) return this.#fail('closed');
      this.#reader = new ResponseReader();
      this.#timer = setTimeout(() => this.#fail('timeout'), timeoutMs);
      this.#stream.write(request, 'latin1');
    });
  }

  close(): void {
    this.#open = false;
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    const reader = this.#reader;
    this.#heard = true;
    // Something unasked for, for instance a 408 after idling: the connection is of no more use.
    const state = reader === null ? 'unasked' : reader.feed(chunk);
    if (reader === null || state === 'unasked') this.close();
    else if (state === 'invalid') this.#fail('not-http');
    else if (state === 'done') this.#succeed(reader);
  }

  #ended(fault: ExchangeFault): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#reader?.end()) this.#succeed(this.#reader);
    else this.#fail(fault);
  }

  #succeed(reader: ResponseReader): void {
    if (!reader.reusable) this.close();
    this.#done({ ok: true, status: reader.status });
  }

  #fail(fault: ExchangeFault): void {
    this.close();
    this.#done({ ok: false, fault, heardNothing: !this.#heard });
  }

  #done(exchange: Exchange): void {
    clearTimeout(this.#timer);
    this.#reader = null;
    const settle = this.#settle;
    this.#settle = null;
    settle?.(exchange);
  }
}

function faultOf(error: NodeJS.ErrnoException): ExchangeFault {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return 'reset';
  const certificate = certificateFaults[error.code ?? ''];
  if (certificate !== undefined) return certificate;
  return /ssl|tls|cert|altname|wrong version/i.test(`${error.code} ${error.message}`) ? 'tls' : 'closed';
}

/** By OpenSSL's and Node.js's names. @see https://nodejs.org/docs/latest-v20.x/api/tls.html#x509-certificate-error-codes */
const certificateFaults: Partial<Record<string, CertificateFault>> = {
  CERT_HAS_EXPIRED: 'certificate-ended',
  CERT_NOT_YET_VALID: 'certificate-ended',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate-name',
  CERT_SIGNATURE_FAILURE: 'certificate-issuer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate-issuer',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate-issuer',
};
