import type { Metadata } from 'next';
import { resources } from '../../../data/resources.ts';
import { Prefetch } from '../../../server/prefetch.tsx';
import { AppsPage } from './apps-page.tsx';

export const metadata: Metadata = { title: 'Apps' };

export default function Page() {
  return (
    <Prefetch resources={[resources.apps]}>
      <AppsPage />
    </Prefetch>
  );
}
