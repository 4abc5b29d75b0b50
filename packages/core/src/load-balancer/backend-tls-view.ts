import { type BackendWay, openWays, tlsPort } from '../backend/ways.ts';
import type { Fleet } from '../fleet.ts';
import { isoOf } from '../tenant.ts';
import { backendTlsOf } from './backend-tls-of.ts';
import type { BackendTlsSettings } from './backend-tls-settings.ts';

export interface BackendTlsView extends BackendTlsSettings {
  /** Where backends listen by TLS, or would, without a `port`. */
  defaultPort: number;
  /** How the front asks, and after a `+` what backends are open for beside. */
  way: BackendWay;
  /** Whether every request goes to the backends by TLS now. */
  isInForce: boolean;
  /** When the first of the backends' certificates ends; each is renewed long before. Null: there is none. */
  firstEndsAt: string | null;
}

/** How an app's backends are asked, and how that is to be. */
export function viewBackendTls({ app, loadBalancer }: Fleet): BackendTlsView {
  const settings = backendTlsOf(loadBalancer);
  const [served] = openWays(loadBalancer);
  const ends = (loadBalancer.backendCertificates?.backends ?? []).map(({ notAfter }) => notAfter.getTime());
  return {
    ...settings,
    defaultPort: tlsPort(app, { port: null }),
    way: loadBalancer.backendWay as BackendWay,
    isInForce: served === 'tls',
    firstEndsAt: ends.length === 0 ? null : isoOf(new Date(Math.min(...ends))),
  };
}
