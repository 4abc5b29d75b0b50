import type { Metadata } from 'next';
import { resources } from '../../../../../../data/resources.ts';
import { Prefetch } from '../../../../../../server/prefetch.tsx';
import { EnablePage } from './enable-page.tsx';

export const metadata: Metadata = { title: 'Enable Load Balancer' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  // The checklist reads the repository: the page comes first.
  return (
    <Prefetch resources={[resources.app(appId), resources.loadBalancer(appId), resources.servers]}>
      <EnablePage appId={appId} />
    </Prefetch>
  );
}
