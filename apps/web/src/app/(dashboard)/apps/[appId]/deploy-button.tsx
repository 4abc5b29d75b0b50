'use client';
import type { App } from '@fairlead/api/types';
import { Button } from '@fairlead/ui';
import { Rocket } from 'lucide-react';
import { useAction } from '../../../../data/use-action.tsx';
import { useMay } from '../../../../shell/me.tsx';

/** Brings the newest commit of the branch to all backends. */
export function DeployButton({ app }: { app: App }) {
  const may = useMay();
  const deploy = useAction({ failure: `Could not start the deployment of ${app.name}` });
  if (!may('deployment.start') || app.status === 'removing') return null;
  return (
    <Button
      variant={app.status === 'live' ? 'secondary' : 'primary'}
      icon={<Rocket aria-hidden className="size-3.5" />}
      disabled={app.activeOperation !== null}
      pending={deploy.pending && 'Starting…'}
      onClick={() => deploy.run({ method: 'POST', path: `/apps/${app.id}/deployments` })}
    >
      Deploy
    </Button>
  );
}
