import { clsx } from 'clsx';
import {
  CircleAlert,
  CircleArrowDown,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
} from 'lucide-react';
import { type Mark, stateLook, type Tone, toneClasses } from './states.ts';

const icons: Record<Mark, LucideIcon> = {
  waiting: Clock,
  attention: CircleAlert,
  healthy: CircleCheck,
  deploying: LoaderCircle,
  draining: CircleArrowDown,
  unhealthy: CircleX,
  disabled: CirclePause,
  unknown: CircleDashed,
};

/** The mark of a tone alone: beside a word that somebody else writes. */
export function ToneIcon({ tone, mark, className }: { tone: Tone; mark?: Mark; className?: string }) {
  const Icon = icons[mark ?? tone];
  return (
    <Icon
      aria-hidden
      strokeWidth={2.25}
      className={clsx(
        'size-3.5 shrink-0',
        toneClasses[tone].mark,
        tone === 'deploying' && 'animate-turn motion-reduce:animate-none',
        className,
      )}
    />
  );
}

interface StateBadgeProps {
  /** Stored name of the state: `ready`, `host_key_changed`, `draining`… */
  state: string;
  /** Another word than the state's own, e.g. `Deploying 2 of 3`. */
  label?: string;
  /** `plain` stands in tables and sentences, `pill` beside a title. */
  variant?: 'plain' | 'pill';
  className?: string;
}

/** A state as word, icon and colour together. */
export function StateBadge({ state, label, variant = 'plain', className }: StateBadgeProps) {
  const { tone, word, mark } = stateLook(state);
  return (
    <span
      data-state={state}
      className={clsx(
        'inline-flex max-w-full items-center align-middle gap-1.5 whitespace-nowrap text-sm',
        variant === 'pill' ? ['h-6 rounded-full px-2 text-xs', toneClasses[tone].wash] : null,
        toneClasses[tone].text,
        className,
      )}
    >
      <ToneIcon tone={tone} mark={mark} />
      <span className="truncate">{label ?? word}</span>
    </span>
  );
}
