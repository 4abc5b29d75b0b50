import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { AuditPage } from './audit-page.tsx';

export const metadata: Metadata = { title: 'Audit log' };

export default function Page() {
  return (
    <Prefetch resources={[resources.audit()]}>
      <AuditPage />
    </Prefetch>
  );
}
