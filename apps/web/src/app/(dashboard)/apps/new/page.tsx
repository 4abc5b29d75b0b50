import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { NewAppPage } from './new-app-page.tsx';

export const metadata: Metadata = { title: 'New app' };

export default function Page() {
  return (
    <Prefetch resources={[resources.servers]}>
      <NewAppPage />
    </Prefetch>
  );
}
