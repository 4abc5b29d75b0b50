'use client';
import { ToneIcon } from '@fairlead/ui';
import { clsx } from 'clsx';
import { type ReactNode, useEffect, useRef } from 'react';

interface StageProps {
  number: number;
  /** < 0: behind, 0: here, > 0: ahead. */
  ahead: number;
  title: string;
  /** What was decided here, once it lies behind. */
  said: string;
  /** Back to it. */
  onOpen: () => void;
  children: ReactNode;
}

/** One question of several; those behind keep their answer in sight and can be opened again. */
export function Stage({ number, ahead, title, said, onOpen, children }: StageProps) {
  const box = useRef<HTMLLIElement>(null);
  const before = useRef(ahead);
  // The button that led here is gone: the keyboard goes on from the question that is open now.
  useEffect(() => {
    if (ahead === 0 && before.current !== 0) box.current?.focus();
    before.current = ahead;
  }, [ahead]);
  return (
    <li
      ref={box}
      tabIndex={-1}
      aria-current={ahead === 0 ? 'step' : undefined}
      className="flex gap-3.5 p-4 outline-none sm:p-5"
    >
      {ahead < 0 ? (
        <ToneIcon tone="healthy" className="mt-px size-5" />
      ) : (
        <span
          aria-hidden
          className={clsx(
            'tabular mt-px flex size-5 shrink-0 items-center justify-center rounded-full text-xs',
            ahead === 0 ? 'bg-ink text-on-ink' : 'border border-line-strong text-ink-faint',
          )}
        >
          {number}
        </span>
      )}
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-4">
          <h2 className={clsx('text-base', ahead > 0 && 'font-normal text-ink-faint')}>{title}</h2>
          {ahead < 0 ? (
            <p className="text-ink-muted text-sm">
              {said}{' '}
              <button
                type="button"
                onClick={onOpen}
                aria-label={`Change: ${title}`}
                className="ml-2 rounded-sm text-ink underline decoration-line-strong underline-offset-3 hover:decoration-ink"
              >
                Change
              </button>
            </p>
          ) : null}
        </div>
        {ahead === 0 ? (
          <div className="mt-4 flex flex-col items-start gap-4 *:max-w-full [&>:not(button)]:w-full">
            {children}
          </div>
        ) : null}
      </div>
    </li>
  );
}
