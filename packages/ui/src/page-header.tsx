import { clsx } from 'clsx';
import type { ReactNode } from 'react';

interface PageHeaderProps {
  title: ReactNode;
  /** Beside the title: the state. */
  state?: ReactNode;
  /** The page's question, answered: `3 of 4 backends healthy`. */
  answer?: ReactNode;
  /** Above the title: where one came from. */
  above?: ReactNode;
  actions?: ReactNode;
  className?: string;
}

/** The first line of a page: what it is, and the answer that one came for. */
export function PageHeader({ title, state, answer, above, actions, className }: PageHeaderProps) {
  return (
    <header className={clsx('mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4', className)}>
      <div className="min-w-0 flex-1 basis-72">
        {above ? (
          <div className="mb-1.5 flex items-center gap-1.5 text-ink-muted text-sm">{above}</div>
        ) : null}
        <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 break-words font-medium text-xl">{title}</h1>
          {state}
        </div>
        {answer ? <div className="mt-1 text-base text-ink-muted [&_b]:text-ink">{answer}</div> : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}

interface PanelProps {
  title?: ReactNode;
  /** Beside the title: an age, a count. */
  aside?: ReactNode;
  /** One sentence below the title. */
  description?: ReactNode;
  children: ReactNode;
  /** The content brings its own padding: tables, lists. */
  flush?: boolean;
  className?: string;
}

/** A group of things that belong together, under its own heading. */
export function Panel({ title, aside, description, children, flush, className }: PanelProps) {
  return (
    <section className={clsx('min-w-0 rounded-lg border bg-surface shadow-card', className)}>
      {title ? (
        <header
          className={clsx(
            'flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 pt-3.5',
            flush && 'pb-3',
          )}
        >
          <div className="min-w-0">
            <h2 className="text-base">{title}</h2>
            {description ? <p className="mt-0.5 text-ink-muted text-sm">{description}</p> : null}
          </div>
          {aside ? <div className="text-ink-muted text-sm">{aside}</div> : null}
        </header>
      ) : null}
      <div className={clsx(!flush && 'p-4', !flush && title && 'pt-3')}>{children}</div>
    </section>
  );
}
