'use client';
import type { App } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface RemoveProcessDialogProps {
  app: App;
  name: string;
  onClose: () => void;
}

/** Takes a process away from every backend. */
export function RemoveProcessDialog({ app, name, onClose }: RemoveProcessDialogProps) {
  const remove = useAction({ failure: `Could not remove ${name}`, quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Remove ${name}`}
      description="It is asked to end, and its units leave every backend. The web process serves on."
      intent={{ action: 'remove-process', name }}
      action={remove}
      loss={{ text: `What ${name} does is done no more.`, name }}
      onApply={() => remove.run({ method: 'DELETE', path: `/apps/${app.id}/processes/${name}` })}
    />
  );
}
