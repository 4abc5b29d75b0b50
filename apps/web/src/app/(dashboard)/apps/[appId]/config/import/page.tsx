import type { Metadata } from 'next';
import { resources } from '../../../../../../data/resources.ts';
import { Prefetch } from '../../../../../../server/prefetch.tsx';
import { ImportPage } from './import-page.tsx';

export const metadata: Metadata = { title: 'Import a Configuration' };

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch resources={[resources.app(appId), resources.imports(appId)]}>
      <ImportPage appId={appId} />
    </Prefetch>
  );
}
