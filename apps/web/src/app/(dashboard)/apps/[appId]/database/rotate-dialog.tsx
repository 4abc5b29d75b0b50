'use client';
import type { App } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

/** The plan of another password for the app's database. */
export function RotateDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const rotate = useAction({ failure: 'Could not change the password', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Another database password for ${app.name}`}
      description="Backends go over one after the other while both passwords work; no request is lost."
      intent={{ action: 'rotate' }}
      action={rotate}
      onApply={() => rotate.run({ method: 'POST', path: `/apps/${app.id}/database/rotate`, body: {} })}
    />
  );
}
