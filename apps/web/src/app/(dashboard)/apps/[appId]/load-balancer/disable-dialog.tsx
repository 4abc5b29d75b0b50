'use client';
import type { App } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface DisableDialogProps {
  app: App;
  /** The backends that go, comma between them. */
  names: string;
  onClose: () => void;
}

/** The plan of the way back to one server, and the app's name to type. */
export function DisableDialog({ app, names, onClose }: DisableDialogProps) {
  const disable = useAction({
    failure: 'Could not disable load balancing',
    quiet: true,
    onSuccess: onClose,
  });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Disable load balancing of ${app.name}`}
      description={`${app.primaryServer.name} keeps serving through the whole change.`}
      intent={{ action: 'disable' }}
      loss={{
        name: app.name,
        text:
          names === ''
            ? 'No backend is lost.'
            : `${app.name} is deleted from ${names}, with all that it wrote there.`,
      }}
      action={disable}
      onApply={() => disable.run({ method: 'DELETE', path: `/apps/${app.id}/load-balancer` })}
    />
  );
}
