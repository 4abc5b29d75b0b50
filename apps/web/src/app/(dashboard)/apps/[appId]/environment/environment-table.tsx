'use client';
import type { Environment } from '@fairlead/api/types';
import { Button, type Column, ConfirmDialog, RelativeTime, Table } from '@fairlead/ui';
import { type ReactNode, useState } from 'react';

type Variable = Environment['items'][number];

interface EnvironmentTableProps {
  items: Variable[];
  mayChange: boolean;
  onEdit: (key: string) => void;
  onRemove: (key: string) => void;
  empty: ReactNode;
}

/** Names, when each was set, and dots where the value is. */
export function EnvironmentTable({ items, mayChange, onEdit, onRemove, empty }: EnvironmentTableProps) {
  const [removing, setRemoving] = useState<string | null>(null);
  const columns: Column<Variable>[] = [
    {
      key: 'key',
      header: 'Name',
      primary: true,
      cell: ({ key }) => <code className="break-all font-mono text-sm">{key}</code>,
    },
    {
      key: 'value',
      header: 'Value',
      cell: () => (
        <span className="tracking-widest text-ink-faint">
          <span aria-hidden>••••••••</span>
          <span className="sr-only">hidden</span>
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
      cell: ({ key }) =>
        mayChange ? (
          <span className="inline-flex gap-1">
            <Button size="sm" variant="ghost" aria-label={`Replace ${key}`} onClick={() => onEdit(key)}>
              Replace
            </Button>
            <Button size="sm" variant="ghost" aria-label={`Remove ${key}`} onClick={() => setRemoving(key)}>
              Remove
            </Button>
          </span>
        ) : null,
    },
  ];
  return (
    <>
      <Table label="Variables" columns={columns} rows={items} rowKey={({ key }) => key} empty={empty} />
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing ?? 'the variable'}?`}
        action="Remove variable"
        onConfirm={() => {
          if (removing !== null) onRemove(removing);
          setRemoving(null);
        }}
      >
        <p>Its value is lost. The backends keep it until the next deployment.</p>
      </ConfirmDialog>
    </>
  );
}
