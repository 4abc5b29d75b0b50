import type { Operation } from '@fairlead/api/types';
import { type Column, Elapsed, RelativeTime, rowLinkClasses, StateBadge, Table } from '@fairlead/ui';
import Link from 'next/link';
import type { ReactNode } from 'react';

const columns: Column<Operation>[] = [
  {
    key: 'title',
    header: 'Operation',
    primary: true,
    cell: (operation) => (
      <span className="min-w-0">
        <Link href={`/operations/${operation.id}`} className={rowLinkClasses}>
          {operation.title}
        </Link>
        {operation.status === 'failed' && operation.error ? (
          <span className="line-clamp-1 max-w-xl text-unhealthy-ink text-xs">{operation.error.message}</span>
        ) : operation.currentStep && operation.status === 'running' ? (
          <span className="block truncate text-ink-muted text-xs">{operation.currentStep}</span>
        ) : null}
      </span>
    ),
  },
  { key: 'state', header: 'State', cell: (operation) => <StateBadge state={operation.status} /> },
  {
    key: 'on',
    header: 'On',
    from: 'md',
    cell: (operation) => (
      <span className="text-ink-muted">{operation.appName ?? operation.serverName ?? '–'}</span>
    ),
  },
  {
    key: 'by',
    header: 'By',
    from: 'lg',
    cell: (operation) => <span className="text-ink-muted">{operation.actorName ?? 'Fairlead'}</span>,
  },
  {
    key: 'took',
    header: 'Took',
    align: 'right',
    cell: ({ startedAt, finishedAt, status }) =>
      startedAt ? (
        <Elapsed from={startedAt} to={finishedAt ?? (status === 'running' ? null : startedAt)} />
      ) : (
        <span className="text-ink-faint">–</span>
      ),
  },
  {
    key: 'when',
    header: 'Started',
    align: 'right',
    cell: (operation) => <RelativeTime at={operation.createdAt} className="text-ink-muted" />,
  },
];

/** Operations as rows. */
export function OperationTable({ operations, empty }: { operations: Operation[]; empty: ReactNode }) {
  return (
    <Table
      label="Operations"
      columns={columns}
      rows={operations}
      rowKey={(operation) => operation.id}
      empty={empty}
    />
  );
}
