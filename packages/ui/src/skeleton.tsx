import { clsx } from 'clsx';

/** A place held for something of a known size. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden className={clsx('block animate-breathe rounded-sm bg-line', className)} />;
}

/** The shape of a table that is on its way. */
export function TableSkeleton({ rows = 4, label }: { rows?: number; label: string }) {
  return (
    <div
      role="status"
      aria-label={label}
      className="flex flex-col gap-2 sm:gap-0 sm:overflow-hidden sm:rounded-lg sm:border sm:bg-surface"
    >
      <div className="hidden h-9 border-b sm:block" />
      {Array.from({ length: rows }, (_, index) => (
        <div
          // biome-ignore lint/suspicious/noArrayIndexKey: rows that hold nothing
          key={index}
          className="flex h-28 flex-col justify-center gap-3 rounded-lg border bg-surface px-4 sm:h-12 sm:flex-row sm:items-center sm:justify-between sm:rounded-none sm:border-0 sm:border-b sm:last:border-b-0"
        >
          <Skeleton className="h-3.5 w-36" />
          <Skeleton className="h-3.5 w-24" />
          <Skeleton className="h-3.5 w-20" />
        </div>
      ))}
    </div>
  );
}
