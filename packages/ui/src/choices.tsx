'use client';
import { clsx } from 'clsx';
import { Check } from 'lucide-react';
import { type ReactNode, useId } from 'react';

interface CheckboxProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  /** What it means, below the label. */
  detail?: ReactNode;
  disabled?: boolean;
  className?: string;
}

/** A box to tick, with its words: the whole row is the target. */
export function Checkbox({ checked, onChange, label, detail, disabled, className }: CheckboxProps) {
  const id = useId();
  return (
    <div className={clsx('relative flex items-start gap-2.5', disabled && 'opacity-60', className)}>
      <span className="mt-0.5 flex size-4 shrink-0">
        <input
          type="checkbox"
          checked={checked}
          disabled={disabled}
          onChange={(event) => onChange(event.target.checked)}
          aria-labelledby={`${id}-label`}
          aria-describedby={detail ? `${id}-detail` : undefined}
          className="peer size-4 appearance-none rounded-sm border border-control bg-surface transition-colors after:absolute after:inset-0 checked:border-ink checked:bg-ink"
        />
        <Check
          aria-hidden
          className="pointer-events-none -ml-4 hidden size-4 p-0.5 text-on-ink peer-checked:block"
          strokeWidth={4}
        />
      </span>
      <div className="min-w-0">
        <div id={`${id}-label`} className="text-sm">
          {label}
        </div>
        {detail ? (
          <div id={`${id}-detail`} className="text-ink-muted text-sm">
            {detail}
          </div>
        ) : null}
      </div>
    </div>
  );
}

export interface RadioCard<V extends string> {
  value: V;
  label: string;
  detail?: ReactNode;
  /** At the right edge: a version, a count. */
  aside?: ReactNode;
  disabled?: boolean;
}

interface RadioCardsProps<V extends string> {
  /** The question. */
  label: string;
  cards: RadioCard<V>[];
  value: V;
  onChange: (value: V) => void;
  name?: string;
  /** Side by side from the middle width on. */
  columns?: 1 | 2 | 3;
}

/** One of a few, each with what it is good for. */
export function RadioCards<V extends string>(props: RadioCardsProps<V>) {
  const { label, cards, value, onChange, name, columns = 1 } = props;
  const id = useId();
  return (
    <div
      role="radiogroup"
      aria-label={label}
      className={clsx(
        'grid gap-2',
        columns === 2 && 'sm:grid-cols-2',
        columns === 3 && 'sm:grid-cols-2 lg:grid-cols-3',
      )}
    >
      {cards.map((card) => (
        <div
          key={card.value}
          className={clsx(
            'relative flex items-start gap-2.5 rounded-lg border bg-surface p-3 transition-colors',
            card.value === value
              ? 'border-ink ring-1 ring-ink ring-inset'
              : 'border-line-strong hover:border-control',
            card.disabled && 'opacity-60',
          )}
        >
          <input
            type="radio"
            name={name ?? id}
            value={card.value}
            checked={card.value === value}
            disabled={card.disabled}
            onChange={() => onChange(card.value)}
            aria-labelledby={`${id}-${card.value}`}
            aria-describedby={card.detail ? `${id}-${card.value}-detail` : undefined}
            className="mt-0.5 size-4 shrink-0 appearance-none rounded-full border border-control bg-surface after:absolute after:inset-0 after:rounded-lg checked:border-5 checked:border-ink focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-ink focus-visible:after:outline-offset-2"
          />
          <div className="min-w-0 flex-1">
            <div id={`${id}-${card.value}`} className="font-medium text-sm">
              {card.label}
            </div>
            {card.detail ? (
              <div id={`${id}-${card.value}-detail`} className="mt-0.5 text-ink-muted text-sm">
                {card.detail}
              </div>
            ) : null}
          </div>
          {card.aside ? <div className="shrink-0 text-ink-muted text-xs">{card.aside}</div> : null}
        </div>
      ))}
    </div>
  );
}

interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  /** Read aloud, e.g. `Serve traffic from web-2`. */
  label: string;
  disabled?: boolean;
}

/** On or off, at once. */
export function Switch({ checked, onChange, label, disabled }: SwitchProps) {
  return (
    <span className="relative inline-flex h-5 w-8.5 shrink-0 align-middle">
      <input
        type="checkbox"
        role="switch"
        aria-checked={checked}
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        aria-label={label}
        className="peer absolute inset-0 appearance-none rounded-full bg-control transition-colors after:absolute after:-inset-2 checked:bg-ink disabled:opacity-50"
      />
      <span
        aria-hidden
        className="pointer-events-none absolute top-0.5 left-0.5 size-4 rounded-full bg-on-ink transition-transform duration-150 peer-checked:translate-x-3.5"
      />
    </span>
  );
}
