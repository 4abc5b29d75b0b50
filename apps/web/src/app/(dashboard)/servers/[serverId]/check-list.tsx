import type { Server } from '@fairlead/api/types';
import { type ShownStep, StepList } from '@fairlead/ui';

const stepStatus: Record<Server['checks'][number]['status'], string> = {
  pending: 'pending',
  running: 'running',
  passed: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
};

/** What was tried, what it said, and what a person can do where it failed. */
export function CheckList({ checks }: { checks: Server['checks'] }) {
  if (checks.length === 0) return null;
  const steps = checks.map(
    (check): ShownStep => ({
      key: check.key,
      title: check.title,
      status: stepStatus[check.status],
      detail: check.status === 'failed' ? undefined : (check.detail ?? undefined),
      error:
        check.status === 'failed'
          ? { message: check.detail ?? 'This did not work.', hint: check.fix ?? undefined }
          : null,
    }),
  );
  return (
    <div className="w-full">
      <StepList steps={steps} label="Connection check" />
    </div>
  );
}
