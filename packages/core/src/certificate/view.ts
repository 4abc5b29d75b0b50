import type { Certificate } from '@fairlead/db';

export interface CertificateView {
  id: string;
  source: 'uploaded' | 'acme';
  names: string[];
  notBefore: string;
  notAfter: string;
  issuer: string;
  serial: string;
  /** SHA-256, 64 hex digits. */
  fingerprint: string;
  keyType: string;
  /** Names an OCSP responder, whose word the front then brings along. */
  ocsp: boolean;
  /** Its chain leads to an authority that browsers know. */
  trusted: boolean;
  /** How near its end is. */
  expiry: 'far' | 'soon' | 'over';
  /** The front shows it. */
  inUse: boolean;
  createdAt: string;
}

/** What of a certificate may be told: all but chain and key. */
export const certificateColumns = {
  id: true,
  appId: true,
  source: true,
  names: true,
  notBefore: true,
  notAfter: true,
  issuer: true,
  serial: true,
  fingerprint: true,
  keyType: true,
  ocspUrl: true,
  trusted: true,
  sha256: true,
  createdAt: true,
} as const;
export type CertificateRow = Pick<Certificate, keyof typeof certificateColumns>;

const noticeMs = 14 * 86_400_000;

/**
 * How near the end of a certificate is. `soon` is two weeks; of one that renews itself a quarter of its life, where that is shorter: it was to be renewed
 * long before then, so something keeps it from that.
 */
export function expiryOf(
  { source, notBefore, notAfter }: Pick<Certificate, 'source' | 'notBefore' | 'notAfter'>,
  now: Date,
): CertificateView['expiry'] {
  const left = notAfter.getTime() - now.getTime();
  if (left <= 0) return 'over';
  const quarterMs = (notAfter.getTime() - notBefore.getTime()) / 4;
  return left <= (source === 'acme' ? Math.min(noticeMs, quarterMs) : noticeMs) ? 'soon' : 'far';
}

export function viewCertificate(row: CertificateRow, usedId: string | null, now: Date): CertificateView {
  const { id, names, issuer, serial, fingerprint, keyType, trusted } = row;
  return {
    id,
    source: row.source === 'acme' ? 'acme' : 'uploaded',
    names,
    notBefore: row.notBefore.toISOString(),
    notAfter: row.notAfter.toISOString(),
    issuer,
    serial,
    fingerprint,
    keyType,
    ocsp: row.ocspUrl !== null,
    trusted,
    expiry: expiryOf(row, now),
    inUse: id === usedId,
    createdAt: row.createdAt.toISOString(),
  };
}
