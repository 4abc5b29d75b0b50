import type { Metadata } from 'next';
import { resources } from '../../../../../data/resources.ts';
import { Prefetch } from '../../../../../server/prefetch.tsx';
import { AppSettingsPage } from './app-settings-page.tsx';

export const metadata: Metadata = { title: 'Settings' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId)]}>
      <AppSettingsPage appId={appId} />
    </Prefetch>
  );
}
