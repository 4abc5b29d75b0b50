import { clsx } from 'clsx';
import type { ReactNode } from 'react';

interface EmptyStateProps {
  icon: ReactNode;
  /** What this place is for. */
  title: string;
  /** Teaches in a sentence or two. */
  children: ReactNode;
  /** The one button. */
  action?: ReactNode;
  /** A link to the document. */
  more?: ReactNode;
  className?: string;
}

/** A place with nothing in it yet says what it is and how it begins. */
export function EmptyState({ icon, title, children, action, more, className }: EmptyStateProps) {
  return (
    <div
      className={clsx(
        'flex flex-col items-center rounded-lg border border-dashed px-6 py-14 text-center',
        className,
      )}
    >
      <span
        aria-hidden
        className="flex size-10 items-center justify-center rounded-lg border bg-surface text-ink-muted shadow-card [&_svg]:size-5"
      >
        {icon}
      </span>
      <h2 className="mt-4 text-lg">{title}</h2>
      <div className="mt-1 max-w-md text-balance text-ink-muted">{children}</div>
      {action || more ? (
        <div className="mt-5 flex flex-wrap items-center justify-center gap-3">
          {action}
          {more}
        </div>
      ) : null}
    </div>
  );
}
