'use client';
import type { Drift } from '@fairlead/api/types';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface AdoptDialogProps {
  drift: Drift;
  onClose: () => void;
}

/** What somebody wrote into the front becomes what is wanted: the plan says what is taken over, and what can't be. */
export function AdoptDialog({ drift, onClose }: AdoptDialogProps) {
  const adopt = useAction({ failure: 'Could not adopt the change', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={drift.appId}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Adopt the edited file"
      description="Its settings become those of the load balancer, as a new generation. Directives that Fairlead has no setting for go on in the snippet."
      intent={{ action: 'adopt', driftId: drift.id }}
      action={adopt}
      onApply={() =>
        adopt.run({ method: 'POST', path: `/apps/${drift.appId}/drift/${drift.id}/adopt`, body: {} })
      }
    />
  );
}
