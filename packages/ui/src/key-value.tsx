import { clsx } from 'clsx';
import type { ReactNode } from 'react';

export interface KeyValueRow {
  label: string;
  value: ReactNode;
}

/** Facts: label left, value right of it; below each other on a phone only where they must be. */
export function KeyValue({ rows, className }: { rows: KeyValueRow[]; className?: string }) {
  return (
    <dl className={clsx('divide-y text-sm', className)}>
      {rows.map((row) => (
        <div key={row.label} className="flex min-h-10 items-baseline gap-4 py-2.5">
          <dt className="w-28 shrink-0 text-ink-muted sm:w-36">{row.label}</dt>
          <dd className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2 gap-y-1 break-words">
            {row.value}
          </dd>
        </div>
      ))}
    </dl>
  );
}
