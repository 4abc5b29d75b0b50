'use client';
import type { Deployment } from '@fairlead/api/types';
import { useAction } from '../../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../../plan/plan-dialog.tsx';

interface EndCanaryDialogProps {
  deployment: Deployment;
  how: 'promote' | 'abort';
  onClose: () => void;
}

const words = {
  promote: ['Promote', 'Every other backend gets the release, as in every roll-out.'],
  abort: ['Abort', 'Every visitor gets the release before; the backends of the canary follow.'],
} as const;

/** The plan of a canary's end. */
export function EndCanaryDialog({ deployment, how, onClose }: EndCanaryDialogProps) {
  const { id, appId, number } = deployment;
  const [verb, description] = words[how];
  const end = useAction({ failure: `Could not ${how} the canary`, quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={appId}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`${verb} the canary #${number}`}
      description={description}
      intent={{ action: how, deploymentId: id }}
      action={end}
      onApply={() => end.run({ method: 'POST', path: `/apps/${appId}/deployments/${id}/${how}` })}
    />
  );
}
