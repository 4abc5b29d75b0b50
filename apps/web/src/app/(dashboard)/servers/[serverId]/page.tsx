import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { readResource } from '../../../../server/read.ts';
import { ServerPage } from './server-page.tsx';

interface Props {
  params: Promise<{ serverId: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { serverId } = await params;
  const server = await readResource(resources.server(serverId)).catch(() => null);
  return { title: server?.name ?? 'Server' };
}

export default async function Page({ params }: Props) {
  const { serverId } = await params;
  return (
    <Prefetch
      subject={resources.server(serverId)}
      resources={[resources.sshKey, resources.operations({ serverId })]}
    >
      <ServerPage serverId={serverId} />
    </Prefetch>
  );
}
