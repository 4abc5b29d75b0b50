'use client';
import type { Environment } from '@fairlead/api/types';
import { EmptyState, Note, Skeleton } from '@fairlead/ui';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { BackendVariables, type Editing } from './backend-variables.tsx';
import { EnvironmentTable } from './environment-table.tsx';
import { EnvironmentText } from './environment-text.tsx';
import { EnvironmentToolbar } from './environment-toolbar.tsx';
import { GeneratedTable } from './generated-table.tsx';
import { ObjectStorageDialog } from './object-storage-dialog.tsx';
import { VariableDialog } from './variable-dialog.tsx';

/** What a change asks for: values to set, keys to take away. */
export interface EnvironmentChange {
  set: Record<string, string>;
  unset: string[];
}

/** What the app is told on every backend; values go in and never come out. */
export function EnvironmentPage({ appId }: { appId: string }) {
  const may = useMay();
  const query = useResource(resources.environment(appId), { enabled: may('environment.read') });
  const [asText, setAsText] = useState(false);
  const app = useApp(appId);
  const [isStoring, setStoring] = useState(false);
  const [editing, setEditing] = useState<string | null>(null);
  const [forOne, setForOne] = useState<Editing | null>(null);
  const save = useAction<Environment>({
    failure: 'Could not change the environment',
    success: 'The environment was changed',
    quiet: true,
    onSuccess: () => {
      setEditing(null);
      setForOne(null);
      setAsText(false);
    },
  });
  const balancer = useResource(resources.loadBalancer(appId));
  const change = (body: EnvironmentChange & { backendId?: string }) =>
    save.run({ method: 'PUT', path: `/apps/${appId}/environment`, body });

  if (!may('environment.read'))
    return <Note>It takes the role deployer to see the environment’s names.</Note>;
  if (!query.data) {
    return query.isError ? (
      <LoadFailure query={query} what="the environment" />
    ) : (
      <Skeleton className="h-64 rounded-lg" />
    );
  }
  const { items, ofBackends, generated, pending } = query.data;
  const mayChange = may('environment.change');
  return (
    <>
      {pending ? (
        <Note tone="warning">Changed since the last deployment. The next one brings it to the backends.</Note>
      ) : null}
      {mayChange ? (
        <EnvironmentToolbar
          count={items.length}
          asText={asText}
          onAdd={() => setEditing('')}
          onStorage={() => setStoring(true)}
          onText={() => {
            save.reset();
            setAsText(!asText);
          }}
        />
      ) : null}
      {asText ? (
        <EnvironmentText items={items} action={save} onSave={change} onCancel={() => setAsText(false)} />
      ) : (
        <EnvironmentTable
          items={items}
          mayChange={mayChange}
          onEdit={setEditing}
          onRemove={(key) => change({ set: {}, unset: [key] })}
          empty={
            <EmptyState icon={<KeyRound />} title="No variables of your own">
              Secrets and settings that the app reads at its start: the same on every backend, stored
              encrypted. Add one, or paste a whole .env file as text.
            </EmptyState>
          }
        />
      )}
      <BackendVariables
        items={ofBackends}
        backends={balancer.data?.backends.filter(({ desired }) => desired !== 'removed') ?? []}
        mayChange={mayChange}
        action={save}
        editing={forOne}
        onEdit={(next) => {
          save.reset();
          setForOne(next);
        }}
        onSave={change}
      />
      <GeneratedTable generated={generated} />
      {isStoring && app ? (
        <ObjectStorageDialog appId={appId} runtime={app.runtime} onClose={() => setStoring(false)} />
      ) : null}
      <VariableDialog
        name={editing}
        action={save}
        onClose={() => {
          save.reset();
          setEditing(null);
        }}
        onSave={(key, value) => change({ set: { [key]: value }, unset: [] })}
      />
    </>
  );
}
