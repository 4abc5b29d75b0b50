import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { NewServerPage } from './new-server-page.tsx';

export const metadata: Metadata = { title: 'Add server' };

export default function Page() {
  return (
    <Prefetch resources={[resources.servers]}>
      <NewServerPage />
    </Prefetch>
  );
}
