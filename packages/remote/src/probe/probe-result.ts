import type { AppError } from '@fairlead/errors';
import type { CertificateFault } from './http-connection.ts';

/** Statuses that a healthy backend answers with; any other answer is unhealthy. */
export const healthyStatuses: ReadonlySet<number> = new Set([200, 201, 204, 301, 302]);

/** Why a backend is unhealthy, for grouping; `reason` says it in words. */
export type ProbeFault =
  | 'status'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'dns'
  | 'reset'
  | 'closed'
  | 'tls'
  | 'not-http'
  | CertificateFault;

/**
 * What a probe saw. `unobserved`: the way to the backend was broken before the backend, so nothing is known about it.
 * `latencyMs` is from the request (connecting included when the connection was new) to the end of the answer.
 */
export type ProbeResult =
  | { kind: 'observed'; healthy: true; status: number; latencyMs: number; reason: string; fault: null }
  | {
      kind: 'observed';
      healthy: false;
      status: number | null;
      latencyMs: number;
      reason: string;
      fault: ProbeFault;
    }
  | {
      kind: 'unobserved';
      healthy: null;
      status: null;
      latencyMs: null;
      reason: string;
      fault: null;
      error: AppError;
    };

/** The result of an answer. */
export function answered(status: number, latencyMs: number): ProbeResult {
  const reason = `answered ${status}`;
  return healthyStatuses.has(status)
    ? { kind: 'observed', healthy: true, status, latencyMs, reason, fault: null }
    : { kind: 'observed', healthy: false, status, latencyMs, reason, fault: 'status' };
}

/** The result of a backend that gave no answer. */
export function faulty(
  fault: Exclude<ProbeFault, 'status'>,
  latencyMs: number,
  timeoutMs: number,
): ProbeResult {
  return {
    kind: 'observed',
    healthy: false,
    status: null,
    latencyMs,
    reason: faultInWords(fault, timeoutMs),
    fault,
  };
}

/** The result of a way that is broken before the backend. */
export function unobserved(error: AppError): ProbeResult {
  const reason = `not seen: ${error.message}`;
  return { kind: 'unobserved', healthy: null, status: null, latencyMs: null, reason, fault: null, error };
}

function faultInWords(fault: Exclude<ProbeFault, 'status'>, timeoutMs: number): string {
  switch (fault) {
    case 'refused':
      return 'refused the connection';
    case 'timeout':
      return `no answer within ${timeoutMs / 1000} s`;
    case 'unreachable':
      return 'no route to the address';
    case 'dns':
      return 'the name does not resolve (DNS)';
    case 'reset':
      return 'reset the connection';
    case 'closed':
      return 'closed the connection without a whole answer';
    case 'tls':
      return 'the TLS handshake failed';
    case 'certificate-ended':
      return 'the certificate that it shows has ended, or has not begun';
    case 'certificate-name':
      return 'the certificate that it shows is not for this app’s backends';
    case 'certificate-issuer':
      return 'the certificate that it shows is not of the authority that is to have issued it';
    case 'not-http':
      return 'the answer was not HTTP';
  }
}
