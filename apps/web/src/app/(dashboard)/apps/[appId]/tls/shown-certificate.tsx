'use client';
import type { Certificate, LoadBalancer } from '@fairlead/api/types';
import { Copyable, KeyValue, Note, Panel, RelativeTime, StateBadge } from '@fairlead/ui';

type Tls = LoadBalancer['tls'];

const expiryLook = {
  far: { state: 'healthy', label: 'Valid' },
  soon: { state: 'warning', label: 'Ends soon' },
  over: { state: 'unhealthy', label: 'Ended' },
} as const;

/** How near the end of a certificate is, in a word. */
export function ExpiryBadge({ expiry }: Pick<Certificate, 'expiry'>) {
  return <StateBadge {...expiryLook[expiry]} />;
}

/** What visitors are shown now. */
export function ShownCertificate({ tls }: { tls: Tls }) {
  const { certificate, uncovered } = tls;
  if (certificate === null) {
    return <Note>There is no certificate yet: until it is here, visitors are served without TLS.</Note>;
  }
  return (
    <Panel title="What visitors are shown" aside={<ExpiryBadge expiry={certificate.expiry} />}>
      <div className="flex flex-col gap-4">
        <CertificateFacts certificate={certificate} />
        {uncovered.length > 0 ? (
          <Note tone="warning">
            It is not for <b className="text-ink">{uncovered.join(', ')}</b>: visitors of{' '}
            {uncovered.length === 1 ? 'that name' : 'those names'} are served without TLS.
          </Note>
        ) : null}
        {certificate.trusted ? null : (
          <Note tone="warning">
            Browsers do not know its authority, {certificate.issuer}. Visitors are warned, unless their
            browsers were told of it or an issuer is missing from the chain.
          </Note>
        )}
      </div>
    </Panel>
  );
}

/** Everything of a certificate that may be told. */
export function CertificateFacts({ certificate }: { certificate: Certificate }) {
  const { names, notBefore, notAfter, issuer, fingerprint, keyType, ocsp, serial } = certificate;
  return (
    <KeyValue
      className="-my-2.5"
      rows={[
        {
          label: 'Names',
          value: <span className="break-all font-mono text-[0.8125rem]">{names.join(', ')}</span>,
        },
        {
          label: 'Ends',
          value: (
            <span>
              {notAfter.slice(0, 10)}, <RelativeTime at={notAfter} />{' '}
              <span className="text-ink-muted">(began {notBefore.slice(0, 10)})</span>
            </span>
          ),
        },
        { label: 'Issued by', value: issuer },
        { label: 'Key', value: ocsp ? `${keyType}, with OCSP stapling` : keyType },
        { label: 'Serial number', value: <Copyable text={serial} label="Copy serial number" /> },
        {
          label: 'SHA-256',
          value: <Copyable text={fingerprint} label="Copy fingerprint" />,
        },
      ]}
    />
  );
}
