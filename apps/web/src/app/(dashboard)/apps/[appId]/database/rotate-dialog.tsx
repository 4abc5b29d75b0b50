'use client';
import type { App } from '@fairlead/api/types';
import { Checkbox, Note } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

/** The plan of another password for the app's database, and of encrypting from then on. */
export function RotateDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const { tls: isEncrypted, tlsAvailable, rotating } = app.database;
  const [tls, setTls] = useState(isEncrypted);
  const rotate = useAction({ failure: 'Could not change the password', quiet: true, onSuccess: onClose });
  const body = tls === isEncrypted ? {} : { tls };
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Another database password for ${app.name}`}
      description="Backends go over while both passwords work; no request is lost."
      intent={{ action: 'rotate', ...body }}
      action={rotate}
      onApply={() => rotate.run({ method: 'POST', path: `/apps/${app.id}/database/rotate`, body })}
    >
      {rotating ? null : isEncrypted || tlsAvailable ? (
        <Checkbox checked={tls} onChange={setTls} label="Encrypt connections by the network" />
      ) : (
        <Note>
          The database is not known to have a certificate, so connections by the network can’t be asked to
          encrypt.
        </Note>
      )}
    </PlanDialog>
  );
}
