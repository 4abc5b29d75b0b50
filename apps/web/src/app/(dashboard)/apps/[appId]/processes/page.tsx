import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { ProcessesPage } from './processes-page.tsx';

export const metadata: Metadata = { title: 'Processes' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId), resources.processes(appId), resources.loadBalancer(appId)]}>
      <ProcessesPage appId={appId} />
    </Prefetch>
  );
}
