import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { ErrorNote, type ShownError } from './error-note.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { Elapsed } from './relative-time.tsx';
import { ToneIcon } from './state-badge.tsx';
import { stateLook } from './states.ts';

export interface ShownStep {
  key: string;
  title: string;
  /** `pending`, `running`, `succeeded`, `failed`, `skipped`. */
  status: string;
  /** On which server. */
  server?: string;
  /** One line of outcome. */
  detail?: string;
  /** 0…1 where the share is known. */
  progress?: number | null;
  error?: ShownError | null;
  startedAt?: string | null;
  finishedAt?: string | null;
  /** Below the step: a fix, a button. */
  extra?: ReactNode;
}

/** Steps of an operation: what is done, what is being done, how long it took, and what to do where it failed. */
export function StepList({ steps, label }: { steps: ShownStep[]; label: string }) {
  return (
    <ol aria-label={label} className="flex flex-col">
      {steps.map((step, index) => (
        <li
          key={step.key}
          data-step={step.key}
          data-status={step.status}
          className="relative flex gap-3 pb-3.5 last:pb-0"
        >
          {index < steps.length - 1 ? (
            <span aria-hidden className="absolute top-6 bottom-0 left-[6.5px] w-px bg-line" />
          ) : null}
          <span className="flex h-5 shrink-0 items-center">
            {step.status === 'pending' ? (
              <span aria-hidden className="mx-[3px] size-2 rounded-full border border-control" />
            ) : (
              <ToneIcon tone={stateLook(step.status).tone} />
            )}
          </span>
          <div className="min-w-0 flex-1">
            <div className="flex items-baseline gap-3 text-sm">
              <span
                className={clsx(
                  'min-w-0 flex-1 break-words',
                  step.status === 'pending' && 'text-ink-faint',
                  step.status === 'running' && 'font-medium',
                )}
              >
                {step.title}
                {step.server ? <span className="font-normal text-ink-muted"> on {step.server}</span> : null}
                <span className="sr-only">, {stateLook(step.status).word.toLowerCase()}</span>
              </span>
              {step.startedAt ? (
                <Elapsed
                  from={step.startedAt}
                  to={step.finishedAt ?? (step.status === 'running' ? null : step.startedAt)}
                  className="shrink-0 text-ink-faint text-xs"
                />
              ) : null}
            </div>
            {step.detail ? <p className="break-words text-ink-muted text-sm">{step.detail}</p> : null}
            {step.status === 'running' && typeof step.progress === 'number' ? (
              <ProgressBar share={step.progress} label={step.title} className="mt-2 max-w-80" />
            ) : null}
            {step.error ? <ErrorNote error={step.error} className="mt-2" /> : null}
            {step.extra ? <div className="mt-2">{step.extra}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
