'use client';
import type { RepositoryAccess } from '@fairlead/api/types';
import { Button, CodeBlock, ConfirmDialog, Copyable, KeyValue, Note } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';

interface DeployKeyProps {
  access: RepositoryAccess;
  path: string;
  mayChange: boolean;
}

/** The key pair of an app, and the host key of the server that it is used with. */
export function DeployKey({ access, path, mayChange }: DeployKeyProps) {
  const [isReplacing, setReplacing] = useState(false);
  const make = useAction<RepositoryAccess>({ failure: 'Could not make a key' });
  const makeKey = () =>
    make.run({ method: 'POST', path: `${path}/deploy-key` }, { onSettled: () => setReplacing(false) });
  const { deployKey } = access;
  return (
    <>
      {deployKey === null ? (
        <p className="text-ink-muted text-sm">No deploy key yet.</p>
      ) : (
        <>
          <KeyValue
            rows={[
              {
                label: 'Fingerprint',
                value: <Copyable text={deployKey.fingerprint} label="Copy fingerprint" />,
              },
            ]}
          />
          <CodeBlock
            code={deployKey.publicKey}
            title="enter it at the Git host as a deploy key, to read"
            copyLabel="Copy public key"
            wrap
          />
        </>
      )}
      <HostKey access={access} path={`${path}/host-key`} mayChange={mayChange} />
      {mayChange ? (
        <Button
          size="sm"
          className="self-end"
          pending={make.pending && 'Making…'}
          onClick={() => (deployKey === null ? makeKey() : setReplacing(true))}
        >
          {deployKey === null ? 'Make a deploy key' : 'Replace deploy key'}
        </Button>
      ) : null}
      <ConfirmDialog
        open={isReplacing}
        onOpenChange={setReplacing}
        title="Replace the deploy key?"
        action="Replace deploy key"
        pending={make.pending && 'Making…'}
        onConfirm={makeKey}
      >
        <p>The old one is forgotten. Deployments fail until the Git host has the new one.</p>
      </ConfirmDialog>
    </>
  );
}

function HostKey({ access, path, mayChange }: DeployKeyProps) {
  const look = useAction<RepositoryAccess>({ failure: 'The Git server did not show its key' });
  const confirm = useAction<RepositoryAccess>({
    failure: 'Could not confirm the host key',
    success: 'Host key confirmed',
  });
  const { pinned, offered } = access.hostKey;
  const isNew = offered !== null && offered !== pinned;
  return (
    <div className="flex flex-col gap-3">
      <KeyValue
        rows={[
          {
            label: 'Host key of the Git server',
            value:
              pinned === null ? (
                <span className="text-ink-muted">none confirmed</span>
              ) : (
                <Copyable text={pinned} label="Copy fingerprint of the host key" />
              ),
          },
        ]}
      />
      {isNew ? (
        <Note tone="warning">
          The server shows <code className="break-all font-mono">{offered}</code>. Compare it with the
          fingerprint that the Git host publishes.
        </Note>
      ) : null}
      {mayChange ? (
        <div className="flex justify-end gap-2">
          <Button
            size="sm"
            variant="ghost"
            pending={look.pending && 'Asking…'}
            onClick={() => look.run({ method: 'POST', path })}
          >
            Ask for its key
          </Button>
          {isNew ? (
            <Button
              size="sm"
              pending={confirm.pending && 'Confirming…'}
              onClick={() => confirm.run({ method: 'PUT', path, body: { fingerprint: offered } })}
            >
              It is the same: confirm
            </Button>
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
