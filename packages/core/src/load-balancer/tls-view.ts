import type { CertificateOrder } from '@fairlead/db';
import { partNames } from '../certificate/covers.ts';
import { type CertificateView, viewCertificate } from '../certificate/view.ts';
import type { Fleet } from '../fleet.ts';
import { isoOf } from '../tenant.ts';
import { tlsOf } from './tls-of.ts';
import type { TlsSettings } from './tls-settings.ts';

export interface TlsView extends TlsSettings {
  /** What the front shows; null: none yet. */
  certificate: CertificateView | null;
  /** Names of the app that are served by TLS, and those that are not. */
  covered: string[];
  uncovered: string[];
  /** Of a certificate that renews itself: when it is ordered next, and what the last order met. */
  order: {
    dueAt: string;
    attemptedAt: string | null;
    failures: number;
    error: { code: string; message: string; hint?: string } | null;
  } | null;
}

/** How an app's front speaks TLS, and how that goes. */
export function viewTls(fleet: Fleet, order: CertificateOrder | null, now: Date): TlsView {
  const { app, loadBalancer } = fleet;
  const settings = tlsOf(loadBalancer);
  const certificate = loadBalancer.certificate ?? null;
  const { covered, others } = partNames(certificate?.names ?? [], app.domains);
  return {
    ...settings,
    certificate: certificate === null ? null : viewCertificate(certificate, certificate.id, now),
    covered,
    uncovered: others,
    order:
      settings.mode !== 'acme' || order === null
        ? null
        : {
            dueAt: order.dueAt.toISOString(),
            attemptedAt: isoOf(order.attemptedAt),
            failures: order.failures,
            error: order.error as unknown as NonNullable<TlsView['order']>['error'],
          },
  };
}
