'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface RemoveStreamDialogProps {
  app: App;
  balancer: LoadBalancer;
  index: number;
  onClose: () => void;
}

/** Takes a stream away: its port of the balancer closes. */
export function RemoveStreamDialog({ app, balancer, index, onClose }: RemoveStreamDialogProps) {
  const change = useAction({ failure: 'Could not remove the stream', quiet: true, onSuccess: onClose });
  const name = balancer.streams[index]?.name ?? '';
  const streams = balancer.streams.filter((_, at) => at !== index);
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Remove ${name}`}
      description="The service on the backends stays as it is; nothing leads to it from the balancer any more."
      intent={{ action: 'change', streams }}
      action={change}
      loss={{ text: `Connections through ${name} end.`, name }}
      onApply={() =>
        change.run({ method: 'PATCH', path: `/apps/${app.id}/load-balancer`, body: { streams } })
      }
    />
  );
}
