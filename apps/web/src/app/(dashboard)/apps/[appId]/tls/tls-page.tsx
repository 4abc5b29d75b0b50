'use client';
import { Note, Skeleton } from '@fairlead/ui';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { ExpiryNote } from '../../../../../parts/expiry-note.tsx';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { AuthorityPanel } from './authority-panel.tsx';
import { BackendTlsPanel } from './backend-tls-panel.tsx';
import { CertificateList } from './certificate-list.tsx';
import { OrderPanel } from './order-panel.tsx';
import { ShownCertificate } from './shown-certificate.tsx';
import { TlsSettings } from './tls-settings.tsx';

/** How visitors of an app come by HTTPS, and with which certificate. */
export function TlsPage({ appId }: { appId: string }) {
  const may = useMay();
  const app = useApp(appId);
  const balancer = useResource(resources.loadBalancer(appId));
  const certificates = useResource(resources.certificates(appId));
  const authority = useResource(resources.acmeAccount);
  if (balancer.isError && !balancer.data) return <LoadFailure query={balancer} what="the TLS settings" />;
  if (certificates.isError && !certificates.data)
    return <LoadFailure query={certificates} what="the certificates" />;
  if (authority.isError && !authority.data)
    return <LoadFailure query={authority} what="the certificate authority" />;
  if (!app || !balancer.data || !certificates.data || !authority.data)
    return <Skeleton className="h-72 rounded-lg" />;
  const { tls, backendTls } = balancer.data;
  const { items } = certificates.data;
  return (
    <>
      <ExpiryNote app={app} />
      {app.status === 'new' ? (
        <Note>
          Deploy {app.name} first: TLS is of the front that its first deployment brings. A certificate can be
          uploaded already.
        </Note>
      ) : null}
      {app.domains.length === 0 ? (
        <Note>
          A certificate is for names. Give {app.name} a domain in its settings, and lead it to the balancer.
        </Note>
      ) : null}
      {tls.order === null ? null : <OrderPanel app={app} order={tls.order} />}
      {tls.mode === 'off' ? null : <ShownCertificate tls={tls} />}
      <TlsSettings
        key={JSON.stringify([tls.mode, tls.forceHttps, tls.hstsSeconds, tls.hstsSubdomains, tls.hstsPreload])}
        app={app}
        tls={tls}
        certificates={items}
        account={authority.data.account}
        mayChange={may('load-balancer.change') && app.status !== 'new'}
        busy={balancer.data.activeOperation !== null || app.activeOperation !== null}
      />
      <BackendTlsPanel
        key={JSON.stringify([backendTls.enabled, backendTls.port])}
        app={app}
        backendTls={backendTls}
        mayChange={may('load-balancer.change') && app.status !== 'new'}
        busy={balancer.data.activeOperation !== null || app.activeOperation !== null}
      />
      <CertificateList app={app} certificates={items} />
      <AuthorityPanel authority={authority.data} />
    </>
  );
}
