import { type Certificate, Prisma } from '@fairlead/db';
import { toAppError } from '@fairlead/errors';
import { announce, type Transaction } from '../events.ts';
import { renewalOf, retryOf } from './renewal.ts';

/** A certificate came: the next order is that of its renewal. */
export async function orderSucceeded(
  tx: Transaction,
  appId: string,
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
): Promise<void> {
  const dueAt = renewalOf(certificate);
  const outcome = { dueAt, attemptedAt: now, checkedAt: null, failures: 0, error: Prisma.DbNull };
  await tx.certificateOrder.upsert({ where: { appId }, create: { appId, ...outcome }, update: outcome });
}

/** None came: it is tried again, later with each time. */
export async function orderFailed(
  tx: Transaction,
  { id: appId, organizationId }: { id: string; organizationId: string },
  thrown: unknown,
  now: Date,
): Promise<void> {
  const { code, message, hint, details } = toAppError(thrown).toPublic();
  const known = await tx.certificateOrder.findUnique({ where: { appId }, select: { failures: true } });
  const failures = (known?.failures ?? 0) + 1;
  const outcome = {
    dueAt: retryOf(now, failures, Number(details?.retryAfterSeconds ?? 0)),
    attemptedAt: now,
    failures,
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
  };
  await tx.certificateOrder.upsert({ where: { appId }, create: { appId, ...outcome }, update: outcome });
  await announce(tx, organizationId, 'load-balancer', appId);
}
