'use client';
import type { AuditEntry } from '@fairlead/api/types';
import { Button, type Column, EmptyState, RelativeTime, Table, TableSkeleton } from '@fairlead/ui';
import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../parts/text-link.tsx';

const columns: Column<AuditEntry>[] = [
  {
    key: 'action',
    header: 'What',
    primary: true,
    cell: (entry) => (
      <span className="min-w-0">
        <code className="font-mono text-xs">{entry.action}</code>
        <span className="block truncate text-ink-muted text-xs">
          {entry.subjectType.replaceAll('-', ' ')} {entry.subjectName}
        </span>
      </span>
    ),
  },
  { key: 'by', header: 'By', cell: ({ actorName }) => actorName },
  {
    key: 'operation',
    header: 'Operation',
    cell: ({ operationId }) =>
      operationId ? (
        <TextLink href={`/operations/${operationId}`}>Look</TextLink>
      ) : (
        <span className="text-ink-faint">–</span>
      ),
  },
  {
    key: 'when',
    header: 'When',
    align: 'right',
    cell: ({ createdAt }) => <RelativeTime at={createdAt} className="text-ink-muted" />,
  },
];

/** Who changed what, newest first. */
export function AuditPage() {
  const [cursors, setCursors] = useState<string[]>([]);
  const page = useResource(resources.audit(cursors.at(-1)));
  if (!page.data) {
    return page.isError ? (
      <LoadFailure query={page} what="the audit log" />
    ) : (
      <TableSkeleton label="Reading the audit log" />
    );
  }
  const { items, nextCursor } = page.data;
  return (
    <>
      <Table
        label="Audit log"
        columns={columns}
        rows={items}
        rowKey={(entry) => entry.id}
        empty={
          <EmptyState icon={<ScrollText />} title="Nothing was changed yet">
            Every change is written down here, with who made it.
          </EmptyState>
        }
      />
      <div className="flex gap-2">
        {cursors.length > 0 ? <Button onClick={() => setCursors(cursors.slice(0, -1))}>Newer</Button> : null}
        {nextCursor ? <Button onClick={() => setCursors([...cursors, nextCursor])}>Older</Button> : null}
      </div>
    </>
  );
}
