import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { AppOverview } from './app-overview.tsx';

interface Props {
  params: Promise<{ appId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId } = await params;
  return (
    <Prefetch
      resources={[resources.app(appId), resources.loadBalancer(appId), resources.operations({ appId })]}
    >
      <AppOverview appId={appId} />
    </Prefetch>
  );
}
