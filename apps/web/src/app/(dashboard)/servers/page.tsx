import type { Metadata } from 'next';
import { resources } from '../../../data/resources.ts';
import { Prefetch } from '../../../server/prefetch.tsx';
import { ServersPage } from './servers-page.tsx';

export const metadata: Metadata = { title: 'Servers' };

export default function Page() {
  return (
    <Prefetch resources={[resources.servers]}>
      <ServersPage />
    </Prefetch>
  );
}
