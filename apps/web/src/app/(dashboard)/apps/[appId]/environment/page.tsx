import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { EnvironmentPage } from './environment-page.tsx';

export const metadata: Metadata = { title: 'Environment' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId), resources.environment(appId), resources.loadBalancer(appId)]}>
      <EnvironmentPage appId={appId} />
    </Prefetch>
  );
}
