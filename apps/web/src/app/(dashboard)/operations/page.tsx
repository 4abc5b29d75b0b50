import type { Metadata } from 'next';
import { type OperationFilter, resources } from '../../../data/resources.ts';
import { Prefetch } from '../../../server/prefetch.tsx';
import { OperationsPage } from './operations-page.tsx';

export const metadata: Metadata = { title: 'Operations' };

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Page({ searchParams }: Props) {
  const asked = await searchParams;
  const one = (name: string) => (typeof asked[name] === 'string' ? asked[name] : undefined);
  const filter: OperationFilter = { status: one('status'), appId: one('appId'), serverId: one('serverId') };
  return (
    <Prefetch resources={[resources.operations(filter), resources.apps, resources.servers]}>
      <OperationsPage filter={filter} />
    </Prefetch>
  );
}
