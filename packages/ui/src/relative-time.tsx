'use client';
import { clsx } from 'clsx';
import { useNow } from './clock.ts';
import { formatAge, formatDuration } from './duration.ts';

interface RelativeTimeProps {
  /** ISO 8601, or nothing yet. */
  at: string | null | undefined;
  /** What stands there while there is no time. */
  never?: string;
  className?: string;
}

/** How long ago; the exact moment in the viewer's zone on hover. */
export function RelativeTime({ at, never = 'never', className }: RelativeTimeProps) {
  const now = useNow();
  if (!at) return <span className={clsx('text-ink-faint', className)}>{never}</span>;
  const date = new Date(at);
  return (
    <time
      dateTime={at}
      title={date.toLocaleString('en', { dateStyle: 'medium', timeStyle: 'long' })}
      suppressHydrationWarning
      className={clsx('tabular relative z-1 whitespace-nowrap', className)}
    >
      {formatAge(date, now)}
    </time>
  );
}

/** Time from a start to an end, or to now while there is no end. */
export function Elapsed({ from, to, className }: { from: string; to?: string | null; className?: string }) {
  const now = useNow();
  const ms = (to ? Date.parse(to) : now) - Date.parse(from);
  return (
    <span suppressHydrationWarning className={clsx('tabular whitespace-nowrap', className)}>
      {formatDuration(to ? ms : Math.max(0, Math.floor(ms / 1000) * 1000))}
    </span>
  );
}
