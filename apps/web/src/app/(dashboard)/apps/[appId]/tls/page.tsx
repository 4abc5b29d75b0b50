import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { TlsPage } from './tls-page.tsx';

export const metadata: Metadata = { title: 'TLS' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch
      resources={[
        resources.app(appId),
        resources.loadBalancer(appId),
        resources.certificates(appId),
        resources.acmeAccount,
      ]}
    >
      <TlsPage appId={appId} />
    </Prefetch>
  );
}
