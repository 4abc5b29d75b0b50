import { Skeleton } from '@fairlead/ui';

/** The shape of a plan that is being made. */
export function PlanSkeleton() {
  return (
    <div role="status" aria-label="Making the plan" className="flex flex-col gap-3">
      <Skeleton className="h-11 rounded-lg" />
      <Skeleton className="h-56 rounded-lg" />
    </div>
  );
}
