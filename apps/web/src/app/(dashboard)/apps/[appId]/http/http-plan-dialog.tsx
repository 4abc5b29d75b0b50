'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface HttpPlanDialogProps {
  app: App;
  title: string;
  /** What is asked for. */
  http: Partial<LoadBalancer['http']>;
  onClose: () => void;
}

/** The plan of other HTTP settings, and the button that applies it. */
export function HttpPlanDialog({ app, title, http, onClose }: HttpPlanDialogProps) {
  const change = useAction({ failure: 'Could not change the settings', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={title}
      description="Tested on the balancer before it takes effect; no request is lost."
      intent={{ action: 'change', http }}
      action={change}
      onApply={() => change.run({ method: 'PATCH', path: `/apps/${app.id}/load-balancer`, body: { http } })}
    />
  );
}
