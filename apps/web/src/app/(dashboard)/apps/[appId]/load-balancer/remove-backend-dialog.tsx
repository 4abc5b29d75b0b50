'use client';
import type { App, Backend } from '@fairlead/api/types';
import { Checkbox } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface RemoveBackendDialogProps {
  app: App;
  backend: Backend;
  onClose: () => void;
}

/** Takes a backend out for good: drained, stopped, revoked, closed. */
export function RemoveBackendDialog({ app, backend, onClose }: RemoveBackendDialogProps) {
  const remove = useAction({ failure: 'Could not remove the backend', quiet: true, onSuccess: onClose });
  const { name, status } = backend.server;
  // Where a removal has failed before, or nobody has reached the server lately.
  const mayBeGone = status !== 'ready' || backend.desired === 'removed' || backend.health === 'unknown';
  const [abandon, setAbandon] = useState(false);
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Remove ${name} from ${app.name}`}
      description="Traffic leaves it first; then it is drained, stopped, and everything that let it in is taken back."
      intent={{ action: 'remove', backendId: backend.id, abandon }}
      loss={{
        name,
        text: `The releases, the environment file and the logs of ${app.name} on ${name} are deleted. Files that the app wrote there are lost with them.`,
      }}
      action={remove}
      onApply={() =>
        remove.run({ method: 'DELETE', path: `/apps/${app.id}/backends/${backend.id}?abandon=${abandon}` })
      }
    >
      {mayBeGone ? (
        <Checkbox
          checked={abandon}
          onChange={setAbandon}
          label={`Forget it even if ${name} does not answer`}
          detail="For a machine that is gone. If it comes back, what Fairlead put there is still on it."
        />
      ) : null}
    </PlanDialog>
  );
}
