'use client';
import type { App } from '@fairlead/api/types';
import type { TlsChange } from '@fairlead/core/schemas';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

export type { TlsChange } from '@fairlead/core/schemas';

interface TlsPlanDialogProps {
  app: App;
  /** What is asked for. */
  tls: TlsChange;
  onClose: () => void;
}

/** The plan of other TLS settings, and the button that applies it. */
export function TlsPlanDialog({ app, tls, onClose }: TlsPlanDialogProps) {
  const change = useAction({ failure: 'Could not change TLS', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Change HTTPS"
      description="Tested on the balancer before it takes effect; no request is lost."
      intent={{ action: 'change', tls }}
      action={change}
      onApply={() => change.run({ method: 'PATCH', path: `/apps/${app.id}/load-balancer`, body: { tls } })}
    />
  );
}
