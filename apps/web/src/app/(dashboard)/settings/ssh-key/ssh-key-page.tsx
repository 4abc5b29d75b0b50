'use client';
import { CodeBlock, Copyable, KeyValue, Panel, Skeleton } from '@fairlead/ui';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../parts/load-failure.tsx';

/** The key by which Fairlead enters this organization's servers. */
export function SshKeyPage() {
  const key = useResource(resources.sshKey);
  if (!key.data)
    return key.isError ? (
      <LoadFailure query={key} what="the key" />
    ) : (
      <Skeleton className="h-64 rounded-lg" />
    );
  const { publicKey, fingerprint, authorizeLine } = key.data;
  return (
    <Panel
      title="Public key"
      description="One Ed25519 pair for the organization. Its private half is stored encrypted and never leaves Fairlead."
    >
      <div className="flex flex-col gap-4">
        <KeyValue
          rows={[{ label: 'Fingerprint', value: <Copyable text={fingerprint} label="Copy fingerprint" /> }]}
        />
        <CodeBlock code={publicKey} title="public key" copyLabel="Copy public key" wrap />
        <div>
          <h3 className="mb-2 text-sm">Authorise it on a server</h3>
          <CodeBlock
            code={authorizeLine}
            title="as the user that Fairlead signs in with"
            copyLabel="Copy the line to paste"
            wrap
          />
        </div>
      </div>
    </Panel>
  );
}
