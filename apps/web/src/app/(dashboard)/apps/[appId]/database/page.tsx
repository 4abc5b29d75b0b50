import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { DatabasePage } from './database-page.tsx';

export const metadata: Metadata = { title: 'Database' };

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
        resources.hostedDatabase(appId),
        resources.redis(appId),
      ]}
    >
      <DatabasePage appId={appId} />
    </Prefetch>
  );
}
