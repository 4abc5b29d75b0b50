import { Field, Input } from '@fairlead/ui';
import type { ReactNode } from 'react';

interface NumberFieldProps {
  label: string;
  hint?: ReactNode;
  error: string | undefined;
  disabled: boolean;
  value: number;
  /** How many of the value's units one unit of the field is: 1024² for a field of MiB. */
  per?: number;
  onChange: (value: number) => void;
}

/** A whole number in units that people read. */
export function NumberField({ label, hint, error, disabled, value, per = 1, onChange }: NumberFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      <Input
        type="number"
        inputMode="decimal"
        step="any"
        className="tabular"
        disabled={disabled}
        value={Number.isNaN(value) ? '' : value / per}
        onChange={(event) => {
          const typed = event.target.valueAsNumber;
          onChange(per === 1 ? typed : Math.round(typed * per));
        }}
      />
    </Field>
  );
}
