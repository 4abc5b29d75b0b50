import type { Backend } from '@fairlead/api/types';
import { formatMemory } from '../../../../parts/units.ts';

/** What a backend's processes take, and whether they had to be started again. */
export function ProcessUsage({ backend: { memoryMib, restarts } }: { backend: Backend }) {
  if (memoryMib === null) return <span className="text-ink-faint">–</span>;
  return (
    <span className="tabular whitespace-nowrap">
      {formatMemory(memoryMib * 2 ** 20)}
      {restarts ? (
        <span className="block text-unhealthy-ink text-xs">
          {restarts === 1 ? 'restarted once' : `restarted ${restarts} times`}
        </span>
      ) : null}
    </span>
  );
}
