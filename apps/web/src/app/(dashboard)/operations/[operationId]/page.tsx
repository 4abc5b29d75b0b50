import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { readResource } from '../../../../server/read.ts';
import { OperationPage } from './operation-page.tsx';

interface Props {
  params: Promise<{ operationId: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { operationId } = await params;
  const operation = await readResource(resources.operation(operationId)).catch(() => null);
  return { title: operation?.title ?? 'Operation' };
}

export default async function Page({ params }: Props) {
  const { operationId } = await params;
  return (
    <Prefetch subject={resources.operation(operationId)}>
      <OperationPage operationId={operationId} />
    </Prefetch>
  );
}
