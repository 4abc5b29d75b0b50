'use client';
import type { Deployment } from '@fairlead/api/types';
import { Button, ConfirmDialog } from '@fairlead/ui';
import { Undo2 } from 'lucide-react';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { shortCommit } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';

/** Stands at every deployment that has served and was replaced. */
export function RollbackButton({ deployment }: { deployment: Deployment }) {
  const { id, appId, number, commit, status, releases } = deployment;
  const [open, setOpen] = useState(false);
  const may = useMay();
  const app = useApp(appId);
  const rollback = useAction({
    failure: `Could not roll back to deployment ${number}`,
    onSuccess: () => setOpen(false),
  });
  if (status !== 'superseded' || commit === null || !may('deployment.start')) return null;
  const kept = releases.filter((release) => release.kept).map(({ serverName }) => serverName);
  return (
    <>
      <Button
        size="sm"
        icon={<Undo2 aria-hidden className="size-3.5" />}
        disabled={app === undefined || app.activeOperation !== null || app.status === 'removing'}
        aria-label={`Roll back to deployment ${number}`}
        onClick={() => setOpen(true)}
      >
        Roll back
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Roll back to deployment ${number}?`}
        action={`Roll back to #${number}`}
        pending={rollback.pending && 'Starting…'}
        onConfirm={() =>
          rollback.run({ method: 'POST', path: `/apps/${appId}/deployments`, body: { rollbackTo: id } })
        }
      >
        <p>
          Commit <code className="font-mono text-xs">{shortCommit(commit)}</code> serves again on every
          backend, with today’s environment, and only once it has proved healthy there.{' '}
          {kept.length > 0
            ? `Its build is still on ${kept.join(', ')}; other backends build it anew.`
            : 'No server has its build any more: every backend builds it anew.'}
        </p>
        <p>
          What was changed in databases since stays as it is
          {app?.releaseCommand ? ': the release command is not run.' : '.'}
        </p>
      </ConfirmDialog>
    </>
  );
}
