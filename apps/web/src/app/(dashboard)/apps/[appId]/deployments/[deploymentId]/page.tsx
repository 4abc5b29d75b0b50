import type { Metadata } from 'next';
import { resources } from '../../../../../../data/resources.ts';
import { Prefetch } from '../../../../../../server/prefetch.tsx';
import { DeploymentPage } from './deployment-page.tsx';

export const metadata: Metadata = { title: 'Deployment' };

interface Props {
  params: Promise<{ appId: string; deploymentId: string }>;
}

export default async function Page({ params }: Props) {
  const { appId, deploymentId } = await params;
  return (
    <Prefetch subject={resources.deployment(appId, deploymentId)}>
      <DeploymentPage appId={appId} deploymentId={deploymentId} />
    </Prefetch>
  );
}
