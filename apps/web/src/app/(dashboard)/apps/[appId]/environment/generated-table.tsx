import type { Environment } from '@fairlead/api/types';
import { type Column, Table } from '@fairlead/ui';

type Generated = Environment['generated'][number];

const columns: Column<Generated>[] = [
  {
    key: 'key',
    header: 'Name',
    primary: true,
    cell: ({ key }) => <code className="font-mono text-sm">{key}</code>,
  },
  {
    key: 'value',
    header: 'Value',
    cell: ({ secret }) => (
      <span className="text-ink-muted">{secret ? 'a secret of each app' : 'per backend'}</span>
    ),
  },
  {
    key: 'used',
    header: 'Used',
    align: 'right',
    cell: ({ overridden }) => (
      <span className="text-ink-muted">{overridden ? 'no, yours stands in its place' : 'yes'}</span>
    ),
  },
];

/** What Fairlead writes beside the person's own variables. */
export function GeneratedTable({ generated }: { generated: Generated[] }) {
  if (generated.length === 0) return null;
  return (
    <section aria-label="Set by Fairlead" className="flex flex-col gap-3">
      <div>
        <h2 className="text-base">Set by Fairlead</h2>
        <p className="text-ink-muted text-sm">
          Written on each backend, right for where it stands. A variable of yours with the same name wins.
        </p>
      </div>
      <Table label="Variables set by Fairlead" columns={columns} rows={generated} rowKey={({ key }) => key} />
    </section>
  );
}
