import { hasTls, isHsts } from '@fairlead/nginx';
import type { CertificateRow } from '../certificate/view.ts';
import { frontTlsPort } from '../desired-nginx.ts';
import type { Fleet } from '../fleet.ts';
import { type FieldError, invalidInput } from '../input.ts';
import { httpOf } from './http-of.ts';
import { capabilitiesOfServer } from './plan-files.ts';
import type { PortClaim } from './port-claims.ts';
import { streamsOf } from './streams-of.ts';
import { tlsOf } from './tls-of.ts';
import { type TlsChange, type TlsSettings, tlsSettingsSchema } from './tls-settings.ts';

/** What a change of TLS needs to know beside the rows of the fleet. */
export interface TlsGiven {
  /** The app's certificates, the newest first. */
  certificates: readonly CertificateRow[];
  /** The organization has an account with an ACME directory. */
  hasAcmeAccount: boolean;
  /** Of other apps on the balancer's ports. */
  claims: readonly PortClaim[];
  now: Date;
}

const year = 31_536_000;

/**
 * The fleet with other TLS settings, and the certificate that goes with them.
 * @throws AppError `invalid-input` below `tls` for settings that do not go together or that this app can't have
 */
export function withTls(fleet: Fleet, change: TlsChange, given: TlsGiven): Fleet {
  const { certificateId, ...named } = change;
  const { loadBalancer } = fleet;
  const settings = tlsSettingsSchema.parse({ ...tlsOf(loadBalancer), ...defined(named) });
  const errors = [...refusals(fleet, settings, change), ...acmeRefusals(fleet, settings, given)];
  if (settings.mode !== 'off') errors.push(...portRefusals(fleet, given.claims));
  if (errors.length > 0) throw invalidInput(errors);
  const certificate = certificateFor(fleet, settings, certificateId, given);
  return {
    ...fleet,
    loadBalancer: {
      ...loadBalancer,
      tls: settings,
      certificate,
      certificateId: certificate?.id ?? null,
    },
  };
}

/** The port of TLS may be a stream's, of this app or another one on the balancer. */
export function portRefusals({ app, loadBalancer }: Fleet, claims: readonly PortClaim[]): FieldError[] {
  const own = streamsOf(loadBalancer).find(({ listenPort }) => listenPort === frontTlsPort);
  const other = claims.find(({ port, stream }) => port === frontTlsPort && stream !== null);
  const owner = own === undefined ? other?.owner : `the stream ${own.name} of ${app.name}`;
  if (owner === undefined) return [];
  return [{ path: 'tls.mode', message: `Port ${frontTlsPort} of the balancer is taken by ${owner}.` }];
}

function defined(change: object): object {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function refusals(fleet: Fleet, settings: TlsSettings, change: TlsChange): FieldError[] {
  const { mode, forceHttps, hstsSeconds, hstsSubdomains, hstsPreload } = settings;
  const balancer = fleet.servers.find(({ id }) => id === fleet.loadBalancer.balancerServerId);
  const says = (isWrong: boolean, field: keyof TlsChange, message: string): FieldError[] =>
    isWrong ? [{ path: `tls.${field}`, message }] : [];
  return [
    ...says(
      mode !== 'off' && !hasTls(capabilitiesOfServer(balancer)),
      'mode',
      `The Nginx of ${balancer?.name ?? 'the balancer'} has no TLS.`,
    ),
    ...says(
      change.certificateId !== undefined && mode !== 'uploaded',
      'certificateId',
      'Only an uploaded certificate is chosen; others choose themselves.',
    ),
    ...says(hstsSeconds > 0 && !forceHttps, 'hstsSeconds', 'Browsers can insist only where HTTPS is forced.'),
    ...says(hstsSubdomains && hstsSeconds === 0, 'hstsSubdomains', 'Say first for how long browsers insist.'),
    ...says(
      hstsPreload && (!hstsSubdomains || hstsSeconds < year),
      'hstsPreload',
      'The browsers’ list asks for a year or more, and for every name below.',
    ),
    ...says(
      mode !== 'off' && forceHttps && setsHsts(fleet),
      'forceHttps',
      'Strict-Transport-Security is among the fields for visitors: take it from there, it has a setting here.',
    ),
  ];
}

function acmeRefusals({ app }: Fleet, { mode }: TlsSettings, { hasAcmeAccount }: TlsGiven): FieldError[] {
  if (mode !== 'acme') return [];
  const message =
    app.domains.length === 0
      ? 'A certificate that renews itself is for names: give the app a domain first.'
      : 'The organization has no account with a certificate authority yet: agree to its terms first.';
  return app.domains.length === 0 || !hasAcmeAccount ? [{ path: 'tls.mode', message }] : [];
}

/** Whether a fleet's HTTP settings say what its TLS settings have a word of their own for. */
export function setsHsts({ loadBalancer }: Fleet): boolean {
  return httpOf(loadBalancer).responseHeaders.some(({ name }) => isHsts(name));
}

function certificateFor(
  { loadBalancer }: Fleet,
  { mode }: TlsSettings,
  wanted: string | undefined,
  { certificates, now }: TlsGiven,
): CertificateRow | null {
  const refuse = (message: string) => invalidInput([{ path: 'tls.certificateId', message }]);
  switch (mode) {
    case 'off':
      return null;
    case 'acme':
      return certificates.find(({ source, notAfter }) => source === 'acme' && notAfter > now) ?? null;
    case 'uploaded': {
      const id = wanted ?? loadBalancer.certificateId;
      const found = certificates.find((row) => row.id === id && row.source === 'uploaded');
      if (found === undefined) {
        throw refuse(
          wanted === undefined ? 'Choose one of the uploaded certificates.' : 'There is no such certificate.',
        );
      }
      if (wanted !== undefined && found.notAfter <= now) {
        throw refuse(`This certificate ended on ${found.notAfter.toISOString().slice(0, 10)}.`);
      }
      return found;
    }
  }
}
