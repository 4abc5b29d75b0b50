import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { HealthPage } from './health-page.tsx';

export const metadata: Metadata = { title: 'Health' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId), resources.health(appId, 24)]}>
      <HealthPage appId={appId} />
    </Prefetch>
  );
}
