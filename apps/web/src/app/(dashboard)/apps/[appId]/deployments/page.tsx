import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { DeploymentsPage } from './deployments-page.tsx';

export const metadata: Metadata = { title: 'Deployments' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId), resources.deployments(appId)]}>
      <DeploymentsPage appId={appId} />
    </Prefetch>
  );
}
