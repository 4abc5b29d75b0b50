import type { Metadata } from 'next';
import { resources } from '../../data/resources.ts';
import { Prefetch } from '../../server/prefetch.tsx';
import { OverviewPage } from './overview/overview-page.tsx';

export const metadata: Metadata = { title: 'Overview' };

// The frame has read the overview itself already: it counts what is running.
export default function Page() {
  return (
    <Prefetch resources={[resources.operations()]}>
      <OverviewPage />
    </Prefetch>
  );
}
