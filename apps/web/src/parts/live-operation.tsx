'use client';
import type { Operation } from '@fairlead/api/types';
import { Elapsed, ProgressBar, StateBadge, StepList } from '@fairlead/ui';
import { clsx } from 'clsx';
import { useState } from 'react';
import { resources } from '../data/resources.ts';
import { useResource } from '../data/use-resource.ts';
import { shownSteps } from './operation-steps.ts';
import { TextLink } from './text-link.tsx';

interface LiveOperationProps {
  operation: Operation;
  /** Stands within another panel. */
  bare?: boolean;
}

/** What is being done to the thing on this page: how far it is, for how long, its steps on demand. */
export function LiveOperation({ operation: known, bare }: LiveOperationProps) {
  const query = useResource(resources.operation(known.id), { refetchMs: 4000 });
  const [open, setOpen] = useState(Boolean(bare));
  const operation = query.data ?? { ...known, steps: [] };
  const { title, status, progress, startedAt, finishedAt, currentStep, steps } = operation;
  return (
    <section
      aria-label={title}
      className={clsx(!bare && 'rounded-lg border bg-surface px-4 py-3 shadow-card')}
    >
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <h2 className="flex min-w-0 flex-1 basis-60 items-center gap-2.5 text-sm">
          <StateBadge state={status} />
          <span className="truncate">{title}</span>
          {open ? null : (
            <span className="min-w-0 flex-1 truncate font-normal text-ink-muted max-sm:hidden">
              {currentStep ?? (status === 'queued' ? 'waiting for its turn' : 'starting')}
            </span>
          )}
        </h2>
        <div className="flex items-center gap-3 text-ink-muted text-sm">
          {startedAt ? <Elapsed from={startedAt} to={finishedAt} /> : null}
          {steps.length > 0 && !bare ? (
            <button
              type="button"
              aria-expanded={open}
              onClick={() => setOpen(!open)}
              className="rounded-sm underline decoration-line-strong underline-offset-3 hover:text-ink"
            >
              {open ? 'Hide steps' : 'Steps'}
            </button>
          ) : null}
          <TextLink href={`/operations/${operation.id}`}>Log</TextLink>
        </div>
      </div>
      <ProgressBar
        className="mt-2.5"
        share={progress ?? 0}
        label={title}
        tone={status === 'failed' ? 'unhealthy' : status === 'succeeded' ? 'healthy' : 'deploying'}
      />
      {open && steps.length > 0 ? (
        <div className="mt-4">
          <StepList steps={shownSteps(steps)} label={`Steps of ${title}`} />
        </div>
      ) : null}
    </section>
  );
}
