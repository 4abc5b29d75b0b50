'use client';
import type { App } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface MaintenanceDialogProps {
  app: App;
  /** What is asked for. */
  enabled: boolean;
  onClose: () => void;
}

/** The plan of taking the app off the air behind a page, or of letting visitors in again. */
export function MaintenanceDialog({ app, enabled, onClose }: MaintenanceDialogProps) {
  const set = useAction({ failure: 'Could not change maintenance', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={enabled ? `Begin maintenance of ${app.name}` : `End maintenance of ${app.name}`}
      description={
        enabled
          ? 'Visitors get a page that says so. Backends, health checks and deployments go on.'
          : 'Visitors reach the app again.'
      }
      intent={{ action: 'maintenance', enabled }}
      {...(enabled
        ? { loss: { name: app.name, text: `Nobody reaches ${app.name} until maintenance ends.` } }
        : {})}
      action={set}
      onApply={() =>
        set.run({ method: 'PUT', path: `/apps/${app.id}/load-balancer/maintenance`, body: { enabled } })
      }
    />
  );
}
