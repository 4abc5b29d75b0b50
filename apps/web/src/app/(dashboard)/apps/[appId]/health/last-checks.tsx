import type { HealthRead } from '@fairlead/api/types';
import { RelativeTime, StateBadge } from '@fairlead/ui';
import { formatLatency } from '../../../../../parts/units.ts';

type Check = HealthRead['backends'][number]['last'][number];

/** The newest checks in words, on demand. */
export function LastChecks({ checks }: { checks: Check[] }) {
  return (
    <details className="mt-4 border-t pt-3 text-sm">
      <summary className="w-fit cursor-pointer rounded-sm text-ink-muted hover:text-ink">
        The last {checks.length} checks
      </summary>
      <ol className="mt-2 divide-y">
        {checks.map((check) => (
          <li key={check.at} className="flex min-h-9 flex-wrap items-center gap-x-4 gap-y-0.5 py-1.5">
            <StateBadge state={check.healthy ? 'healthy' : 'unhealthy'} className="w-24" />
            <span className="min-w-0 flex-1 basis-40 break-words text-ink-muted">
              {check.reason ?? (check.status === null ? '' : `Answered ${check.status}`)}
            </span>
            <span className="tabular w-16 text-right">
              {check.latencyMs === null ? '–' : formatLatency(check.latencyMs)}
            </span>
            <RelativeTime at={check.at} className="w-20 text-right text-ink-faint" />
          </li>
        ))}
      </ol>
    </details>
  );
}
