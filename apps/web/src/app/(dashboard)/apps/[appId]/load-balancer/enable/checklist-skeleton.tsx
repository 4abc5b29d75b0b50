import { Skeleton } from '@fairlead/ui';

/** The points in their final shape while the repository is read. */
export function ChecklistSkeleton() {
  return (
    <div className="flex flex-col gap-4" aria-busy>
      <p role="status" className="text-ink-muted text-sm">
        Reading the repository…
      </p>
      <div className="divide-y rounded-lg border">
        {Array.from({ length: 9 }, (_, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
          <div key={n} className="flex flex-col gap-2 px-4 py-3.5">
            <Skeleton className="ml-6.5 h-4 w-64 max-w-full" />
            <Skeleton className="ml-6.5 h-4 w-96 max-w-full" />
          </div>
        ))}
      </div>
    </div>
  );
}
