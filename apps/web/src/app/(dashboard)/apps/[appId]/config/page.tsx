import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { ConfigPage } from './config-page.tsx';

export const metadata: Metadata = { title: 'Configuration' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId), resources.configs(appId), resources.drift(appId)]}>
      <ConfigPage appId={appId} />
    </Prefetch>
  );
}
