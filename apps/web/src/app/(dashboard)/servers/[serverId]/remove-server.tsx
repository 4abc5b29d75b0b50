'use client';
import type { Server } from '@fairlead/api/types';
import { Button, ConfirmDialog, Panel } from '@fairlead/ui';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useAction } from '../../../../data/use-action.tsx';

/** Takes the server out of the fleet; not while an app needs it. */
export function RemoveServer({ server }: { server: Server }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const remove = useAction<unknown>({
    failure: `Could not remove ${server.name}`,
    success: `${server.name} was removed`,
    onSuccess: () => router.push('/servers'),
  });
  const used = server.apps.map((app) => app.name);
  return (
    <Panel title="Remove this server">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-ink-muted text-sm">
          {used.length > 0
            ? `${used.join(', ')} ${used.length === 1 ? 'runs' : 'run'} here. Remove the backend or the app first.`
            : 'Fairlead forgets the machine and its fingerprint. Nothing on the machine itself is changed.'}
        </p>
        <Button disabled={used.length > 0} onClick={() => setOpen(true)}>
          Remove {server.name}
        </Button>
      </div>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Remove ${server.name}?`}
        action={`Remove ${server.name}`}
        typeToConfirm={server.name}
        pending={remove.pending && 'Removing…'}
        onConfirm={() => remove.run({ method: 'DELETE', path: `/servers/${server.id}` })}
      >
        <p>
          Its facts, checks and pinned fingerprint are lost. To use it again it has to be added and its
          fingerprint confirmed anew.
        </p>
      </ConfirmDialog>
    </Panel>
  );
}
