'use client';
import { Field as BaseField } from '@base-ui/react/field';
import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

/** The ground of everything one types into. */
export const controlClasses = clsx(
  'control-text w-full rounded-md border border-line-strong bg-surface text-ink shadow-card transition-colors',
  'hover:border-control focus:border-ink focus:outline-1 focus:outline-ink focus:-outline-offset-1',
  'data-invalid:border-unhealthy data-invalid:focus:outline-unhealthy',
  'disabled:cursor-not-allowed disabled:bg-sunken disabled:text-ink-muted',
);

interface FieldProps {
  /** Name in the request, so that the server's answer finds its way back to this field. */
  name?: string;
  label: ReactNode;
  /** One sentence below the label's control. */
  hint?: ReactNode;
  /** Says `optional` beside the label. */
  optional?: boolean;
  /** The server's word about this field; takes the hint's place. */
  error?: ReactNode;
  children: ReactNode;
  className?: string;
}

/** Label, control, hint and error, tied together for everybody. */
export function Field({ name, label, hint, optional, error, children, className }: FieldProps) {
  return (
    <BaseField.Root
      name={name}
      invalid={error === undefined ? undefined : Boolean(error)}
      className={clsx('flex min-w-0 flex-col gap-1.5', className)}
    >
      <BaseField.Label className="flex items-baseline gap-2 font-medium text-sm">
        {label}
        {optional ? <span className="font-normal text-ink-faint text-xs">optional</span> : null}
      </BaseField.Label>
      {children}
      {error ? (
        <BaseField.Error match className="text-sm text-unhealthy-ink">
          {error}
        </BaseField.Error>
      ) : (
        <BaseField.Error className="text-sm text-unhealthy-ink" />
      )}
      {hint && !error ? (
        <BaseField.Description className="text-ink-muted text-sm">{hint}</BaseField.Description>
      ) : null}
    </BaseField.Root>
  );
}

type InputProps = Omit<ComponentProps<typeof BaseField.Control>, 'className'> & {
  className?: string;
  /** Addresses, commands, ids: in the typewriter's letters. */
  mono?: boolean;
};

/** One line. Stands inside {@link Field}. */
export function Input({ className, mono, ...rest }: InputProps) {
  return (
    <BaseField.Control
      autoComplete="off"
      spellCheck={mono ? false : undefined}
      {...rest}
      className={clsx(controlClasses, 'h-8 px-2.5', mono && 'font-mono', className)}
    />
  );
}

type TextareaProps = Omit<ComponentProps<'textarea'>, 'className'> & { className?: string; mono?: boolean };

/** Several lines. Stands inside {@link Field}. */
export function Textarea({ className, mono, ...rest }: TextareaProps) {
  return (
    <BaseField.Control
      render={<textarea spellCheck={mono ? false : undefined} {...rest} />}
      className={clsx(controlClasses, 'min-h-24 resize-y px-2.5 py-2', mono && 'font-mono', className)}
    />
  );
}
