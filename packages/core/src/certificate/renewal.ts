import type { Certificate, CertificateOrder } from '@fairlead/db';
import { isCovered } from './covers.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** How long each failure in a row puts the next order off: what passed within a minute is over soon. Let's Encrypt takes five failures of a name in an hour. */
const pausesMs = [minuteMs, 10 * minuteMs, hourMs, 3 * hourMs, 6 * hourMs, 12 * hourMs, 24 * hourMs];

/**
 * When a certificate is renewed where nobody says: with a third of its life left, less up to a tenth of that third, so that many do not come at once.
 * @param chance 0…1
 */
export function renewalOf(
  { notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>,
  chance: number = Math.random(),
): Date {
  const third = (notAfter.getTime() - notBefore.getTime()) / 3;
  return new Date(notAfter.getTime() - third + (chance * third) / 10);
}

/** A moment within the window that a directory wants, at once where it has begun. @param chance 0…1 */
export function withinWindow(
  { start, end }: { start: Date; end: Date },
  chance: number = Math.random(),
): Date {
  return new Date(start.getTime() + chance * (end.getTime() - start.getTime()));
}

/**
 * When an order is tried again after so many failures in a row, a tenth earlier or later.
 * @param leastSeconds what the directory asked to wait at least
 */
export function retryOf(now: Date, failures: number, leastSeconds = 0, chance: number = Math.random()): Date {
  const pauseMs = pausesMs[Math.min(failures, pausesMs.length) - 1] ?? minuteMs;
  const jittered = pauseMs * (0.9 + 0.2 * chance);
  return new Date(now.getTime() + Math.max(jittered, leastSeconds * 1000));
}

/** Whether a certificate is to be ordered now: its time has come, or it is not for all names and nothing has failed since. */
export function isOrderDue(
  order: Pick<CertificateOrder, 'dueAt' | 'failures'>,
  certificate: Pick<Certificate, 'names'> | null,
  domains: readonly string[],
  now: Date,
): boolean {
  if (domains.length === 0) return false;
  const isMissing = certificate === null || !domains.every((name) => isCovered(certificate.names, name));
  return order.dueAt <= now || (isMissing && order.failures === 0);
}
