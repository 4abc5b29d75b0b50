'use client';
import type { App, RepositoryAccess, RepositoryHead } from '@fairlead/api/types';
import { Button, ErrorNote, Panel } from '@fairlead/ui';
import { useAction } from '../../../../../data/use-action.tsx';
import { shortCommit } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { DeployKey } from './deploy-key.tsx';
import { RepositoryToken } from './repository-token.tsx';

interface AccessPanelProps {
  app: App;
  access: RepositoryAccess;
}

/** What opens a private repository: a token for HTTPS, a deploy key for SSH. */
export function AccessPanel({ app, access }: AccessPanelProps) {
  const may = useMay();
  const check = useAction<RepositoryHead>({ failure: 'Could not read the repository', quiet: true });
  const path = `/apps/${app.id}/repository-access`;
  const mayChange = may('repository-access.set-token') && app.status !== 'removing';
  const isSsh = access.transport === 'ssh';
  return (
    <Panel
      title="Private repository"
      description={
        isSsh
          ? 'Read over SSH by a key of this app alone, from the server whose host key was confirmed.'
          : 'Read over HTTPS with a token. A public repository needs none.'
      }
      aside={
        <Button
          size="sm"
          pending={check.pending && 'Reading…'}
          onClick={() => check.run({ method: 'POST', path: `${path}/check` })}
        >
          Check access
        </Button>
      }
    >
      <div className="flex flex-col gap-5">
        {check.answer ? (
          <p role="status" className="text-sm">
            The repository answers: {app.branch} is at{' '}
            <code className="font-mono">{shortCommit(check.answer.commit)}</code>.
          </p>
        ) : null}
        {check.error ? <ErrorNote title="Could not read the repository" error={check.error} /> : null}
        {isSsh ? (
          <DeployKey access={access} path={path} mayChange={mayChange} />
        ) : (
          <RepositoryToken token={access.token} path={`${path}/token`} mayChange={mayChange} />
        )}
      </div>
    </Panel>
  );
}
