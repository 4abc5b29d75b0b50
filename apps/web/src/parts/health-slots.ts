import type { HealthRead } from '@fairlead/api/types';
import type { HealthBarSlot, HealthSlot } from '@fairlead/ui';
import { formatLatency } from './units.ts';

type Bar = HealthRead['backends'][number]['bars'][number];

/** Ninety places of which nothing is known. */
export const emptySlots: HealthBarSlot[] = Array.from({ length: 90 }, () => ({ state: 'unknown' as const }));

const slotOf: Record<Bar['state'], HealthSlot> = {
  healthy: 'healthy',
  degraded: 'partial',
  unhealthy: 'unhealthy',
  unknown: 'unknown',
};

const clock = (at: string) =>
  new Date(at).toLocaleString('en', {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });

function sayBar(bar: Bar): string {
  if (bar.total === 0) return `${clock(bar.at)}: not checked`;
  const parts = [`${clock(bar.at)}: ${bar.healthy} of ${bar.total} checks healthy`];
  if (bar.latencyMs !== null) parts.push(formatLatency(bar.latencyMs));
  if (bar.reason !== null) parts.push(bar.reason);
  return parts.join(', ');
}

/** One backend's bars. */
export function backendSlots(bars: Bar[]): HealthBarSlot[] {
  return bars.map((bar) => ({ state: slotOf[bar.state], title: sayBar(bar) }));
}

/** All backends of an app in one row: healthy where all that were checked were, unhealthy where none was. */
export function appSlots({ backends }: HealthRead): HealthBarSlot[] {
  const first = backends[0];
  if (!first) return emptySlots;
  return first.bars.map((bar, index) => {
    const column = backends.flatMap((backend) => backend.bars[index] ?? []).filter((each) => each.total > 0);
    const good = column.filter((each) => each.state === 'healthy').length;
    const state: HealthSlot =
      column.length === 0
        ? 'unknown'
        : good === column.length
          ? 'healthy'
          : column.every((each) => each.state === 'unhealthy')
            ? 'unhealthy'
            : 'partial';
    const reason = column.find((each) => each.reason !== null)?.reason;
    const said =
      column.length === 0
        ? 'not checked'
        : `${good} of ${column.length} ${column.length === 1 ? 'backend' : 'backends'} healthy`;
    return { state, title: `${clock(bar.at)}: ${said}${reason ? `, ${reason}` : ''}` };
  });
}
