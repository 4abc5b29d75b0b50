'use client';
import { Field } from '@base-ui/react/field';
import { clsx } from 'clsx';
import { ChevronsUpDown } from 'lucide-react';
import { controlClasses } from './field.tsx';

export interface SelectOption<V extends string> {
  value: V;
  label: string;
  /** Behind the label, in brackets. */
  detail?: string;
  disabled?: boolean;
}

interface SelectProps<V extends string> {
  options: SelectOption<V>[];
  value: V;
  onChange: (value: V) => void;
  /** Name where no {@link Field} gives one. */
  label?: string;
  disabled?: boolean;
  className?: string;
}

/** One of a list that is known: the platform's own, which every phone and screen reader knows better than we do. */
export function Select<V extends string>(props: SelectProps<V>) {
  const { options, value, onChange, label, disabled, className } = props;
  const known = options.some((option) => option.value === value);
  return (
    <span className={clsx('relative block', className)}>
      <Field.Control
        aria-label={label}
        disabled={disabled}
        value={value}
        onValueChange={(next) => onChange(next as V)}
        className={clsx(controlClasses, 'h-8 cursor-default appearance-none truncate pr-8 pl-2.5')}
        render={
          <select>
            {known ? null : <option value={value}>Choose…</option>}
            {options.map((option) => (
              <option key={option.value} value={option.value} disabled={option.disabled}>
                {option.detail ? `${option.label} (${option.detail})` : option.label}
              </option>
            ))}
          </select>
        }
      />
      <ChevronsUpDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-ink-faint"
      />
    </span>
  );
}
