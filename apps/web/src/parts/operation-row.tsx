import type { Operation } from '@fairlead/api/types';
import { Elapsed, ProgressBar, RelativeTime, stateLook, ToneIcon } from '@fairlead/ui';
import Link from 'next/link';

/** One operation in a list: what, by whom, how far, how long. */
export function OperationRow({ operation }: { operation: Operation }) {
  const { status, startedAt, finishedAt, createdAt, currentStep, progress, error, actorName } = operation;
  const busy = status === 'running' || status === 'queued';
  return (
    <Link
      href={`/operations/${operation.id}`}
      className="flex items-start gap-3 px-4 py-3 transition-colors hover:bg-hover focus-visible:-outline-offset-2"
    >
      <ToneIcon tone={stateLook(status).tone} mark={stateLook(status).mark} className="mt-0.75" />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline justify-between gap-3 text-sm">
          <span className="truncate font-medium">{operation.title}</span>
          <span className="shrink-0 text-ink-faint text-xs">
            {busy && startedAt ? <Elapsed from={startedAt} /> : <RelativeTime at={finishedAt ?? createdAt} />}
          </span>
        </span>
        {status === 'failed' && error ? (
          <span className="mt-0.5 line-clamp-2 block text-sm text-unhealthy-ink">
            {error.server ? `${error.server}: ` : ''}
            {error.message}
          </span>
        ) : (
          <span className="mt-0.5 block truncate text-ink-muted text-sm">
            {busy
              ? (currentStep ?? 'Waiting for its turn')
              : `${stateLook(status).word}${actorName ? `, by ${actorName}` : ''}`}
          </span>
        )}
        {busy && progress !== null ? (
          <ProgressBar share={progress} label={operation.title} className="mt-2" />
        ) : null}
      </span>
    </Link>
  );
}
