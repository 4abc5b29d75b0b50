import { clsx } from 'clsx';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** What went wrong, in the parts that a person needs. */
export interface ShownError {
  message: string;
  /** The next step. */
  hint?: string;
  /** Name of the server where it happened. */
  server?: string;
  /** Machine word, e.g. `connection-refused`. */
  code?: string;
}

interface ErrorNoteProps {
  error: ShownError;
  /** What was being done: `Could not add the server`. */
  title?: string;
  /** Buttons: try again, go there. */
  children?: ReactNode;
  className?: string;
}

/** What happened, where, why, and what to do next. */
export function ErrorNote({ error, title, children, className }: ErrorNoteProps) {
  return (
    <div
      role="alert"
      className={clsx('flex items-start gap-2.5 rounded-lg bg-unhealthy-wash p-3 text-sm', className)}
    >
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-unhealthy" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        {title ? <p className="font-medium text-unhealthy-ink">{title}</p> : null}
        <p
          className={clsx(
            'whitespace-pre-line break-words',
            title ? 'text-ink' : 'font-medium text-unhealthy-ink',
          )}
        >
          {error.server ? <span className="text-ink-muted">{error.server}: </span> : null}
          {error.message}
        </p>
        {error.hint ? <p className="break-words text-ink-muted">{error.hint}</p> : null}
        {children ? <div className="mt-1.5 flex flex-wrap gap-2">{children}</div> : null}
      </div>
    </div>
  );
}

/** A quieter word: something to know before going on. */
export function Note({
  tone = 'info',
  children,
  className,
}: {
  tone?: 'info' | 'warning';
  children: ReactNode;
  className?: string;
}) {
  return (
    <div
      className={clsx(
        'rounded-lg px-3 py-2.5 text-sm',
        tone === 'warning'
          ? 'flex items-start gap-2.5 bg-draining-wash text-draining-ink'
          : 'border bg-surface text-ink-muted',
        className,
      )}
    >
      {tone === 'warning' ? <TriangleAlert aria-label="Warning" className="mt-0.5 size-4 shrink-0" /> : null}
      <div className="min-w-0">{children}</div>
    </div>
  );
}
