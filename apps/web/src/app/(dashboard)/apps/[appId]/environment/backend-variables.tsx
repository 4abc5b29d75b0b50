'use client';
import type { Environment, LoadBalancer } from '@fairlead/api/types';
import { Button, type Column, ConfirmDialog, RelativeTime, Table } from '@fairlead/ui';
import { Plus } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import type { Action } from '../../../../../data/use-action.tsx';
import type { EnvironmentChange } from './environment-page.tsx';

const BackendVariableDialog = dynamic(
  () => import('./backend-variable-dialog.tsx').then((module) => module.BackendVariableDialog),
  { ssr: false },
);

type Variable = Environment['ofBackends'][number];
export type BackendChange = EnvironmentChange & { backendId: string };
/** What is being edited: a variable that is there, or a new one. */
export type Editing = Variable | 'new';

interface BackendVariablesProps {
  items: Variable[];
  backends: LoadBalancer['backends'];
  mayChange: boolean;
  action: Action<Environment>;
  /** Open while it is not null. */
  editing: Editing | null;
  onEdit: (editing: Editing | null) => void;
  onSave: (change: BackendChange) => void;
}

/** What one backend alone is told, in the place of what all others are. */
export function BackendVariables(props: BackendVariablesProps) {
  const { items, backends, mayChange, action, editing, onEdit, onSave } = props;
  const [removing, setRemoving] = useState<Variable | null>(null);
  const columns: Column<Variable>[] = [
    { key: 'server', header: 'Backend', cell: ({ server }) => server },
    {
      key: 'key',
      header: 'Name',
      primary: true,
      cell: ({ key }) => <code className="break-all font-mono text-sm">{key}</code>,
    },
    {
      key: 'value',
      header: 'Value',
      cell: ({ overrides }) => (
        <span className="text-ink-muted text-sm">
          {overrides ? 'hidden, in the place of all others’' : 'hidden, nowhere else'}
        </span>
      ),
    },
    {
      key: 'updated',
      header: 'Set',
      align: 'right',
      cell: ({ updatedAt }) => <RelativeTime at={updatedAt} className="text-ink-muted" />,
    },
    {
      key: 'actions',
      header: 'Actions',
      quiet: true,
      align: 'right',
      cell: (variable) =>
        mayChange ? (
          <span className="inline-flex gap-1">
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Replace ${variable.key} of ${variable.server}`}
              onClick={() => onEdit(variable)}
            >
              Replace
            </Button>
            <Button
              size="sm"
              variant="ghost"
              aria-label={`Remove ${variable.key} of ${variable.server}`}
              onClick={() => setRemoving(variable)}
            >
              Remove
            </Button>
          </span>
        ) : null,
    },
  ];
  return (
    <section aria-label="On one backend alone" className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <div>
          <h2 className="text-base">On one backend alone</h2>
          <p className="text-ink-muted text-sm">
            In the place of a variable that the others have, or beside them. They go with their backend.
          </p>
        </div>
        {mayChange && backends.length > 0 ? (
          <Button icon={<Plus aria-hidden className="size-3.5" />} onClick={() => onEdit('new')}>
            Add for one backend
          </Button>
        ) : null}
      </div>
      {items.length > 0 ? (
        <Table
          label="Variables of single backends"
          columns={columns}
          rows={items}
          rowKey={({ backendId, key }) => `${backendId} ${key}`}
          empty={null}
        />
      ) : null}
      {editing === null ? null : (
        <BackendVariableDialog
          variable={editing}
          backends={backends}
          action={action}
          onClose={() => onEdit(null)}
          onSave={onSave}
        />
      )}
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing?.key ?? 'the variable'} of ${removing?.server ?? 'this backend'}?`}
        action="Remove variable"
        onConfirm={() => {
          if (removing !== null) onSave({ backendId: removing.backendId, set: {}, unset: [removing.key] });
          setRemoving(null);
        }}
      >
        <p>Its value is lost. The backend keeps it until the next deployment.</p>
      </ConfirmDialog>
    </section>
  );
}
