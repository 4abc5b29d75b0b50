import type { ConfigSummary } from '@fairlead/api/types';
import { RelativeTime, StateBadge } from '@fairlead/ui';
import { clsx } from 'clsx';

interface GenerationListProps {
  items: ConfigSummary[];
  chosen: number;
  onChoose: (generation: number) => void;
}

/** Every generation that was applied: why, by whom, and when. */
export function GenerationList({ items, chosen, onChoose }: GenerationListProps) {
  return (
    <nav aria-label="Generations" className="flex flex-col gap-1 max-lg:max-h-64 max-lg:overflow-y-auto">
      {items.map((item) => (
        <button
          key={item.generation}
          type="button"
          aria-current={item.generation === chosen ? 'true' : undefined}
          onClick={() => onChoose(item.generation)}
          className={clsx(
            'flex flex-col gap-0.5 rounded-md px-3 py-2 text-left text-sm transition-colors',
            item.generation === chosen ? 'bg-press' : 'hover:bg-hover',
          )}
        >
          <span className="flex w-full items-center justify-between gap-2">
            <span className="tabular font-medium">Generation {item.generation}</span>
            {item.current ? <StateBadge state="live" label="served" /> : null}
          </span>
          {item.operation ? <span className="line-clamp-2 break-words">{item.operation.title}</span> : null}
          <span className="text-ink-muted text-xs">
            {item.operation ? `${item.operation.actorName}, ` : null}
            <RelativeTime at={item.appliedAt} />
          </span>
        </button>
      ))}
    </nav>
  );
}
