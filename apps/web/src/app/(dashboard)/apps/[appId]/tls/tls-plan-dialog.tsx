'use client';
import type { App } from '@fairlead/api/types';
import type { BackendTlsChange, TlsChange } from '@fairlead/core/schemas';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

export type { TlsChange } from '@fairlead/core/schemas';

interface TlsPlanDialogProps {
  app: App;
  /** What is asked for: of visitors' connections, or of those to the backends. */
  asked: { tls: TlsChange } | { backendTls: BackendTlsChange };
  onClose: () => void;
}

/** The plan of other TLS settings, and the button that applies it. */
export function TlsPlanDialog({ app, asked, onClose }: TlsPlanDialogProps) {
  const change = useAction({ failure: 'Could not change TLS', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={'tls' in asked ? 'Change HTTPS' : 'Change the way to the backends'}
      description="Tested on the balancer before it takes effect; no request is lost."
      intent={{ action: 'change', ...asked }}
      action={change}
      onApply={() => change.run({ method: 'PATCH', path: `/apps/${app.id}/load-balancer`, body: asked })}
    />
  );
}
