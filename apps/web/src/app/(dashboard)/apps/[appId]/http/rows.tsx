'use client';
import { Button } from '@fairlead/ui';
import { Plus, X } from 'lucide-react';
import type { ReactNode } from 'react';

interface RowsProps<Row> {
  /** What one row is: `field`, `redirect`. */
  noun: string;
  rows: readonly Row[];
  /** A row to begin with. */
  fresh: Row;
  disabled: boolean;
  onChange: (rows: Row[]) => void;
  /** What is said where there is none. */
  none: string;
  /** The fields of a row; they stand in a line from the middle width on. */
  children: (row: Row, change: (some: Partial<Row>) => void, index: number) => ReactNode;
}

/** A list that is written row by row, in order. */
export function Rows<Row>({ noun, rows, fresh, disabled, onChange, none, children }: RowsProps<Row>) {
  return (
    <div className="flex flex-col gap-4">
      {rows.length === 0 ? <p className="text-ink-muted text-sm">{none}</p> : null}
      {rows.length > 0 ? (
        <ol className="flex flex-col gap-4">
          {rows.map((row, index) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the list
              key={index}
              className="flex flex-wrap items-start gap-3 border-line border-b pb-4 last:border-b-0 last:pb-0"
            >
              {children(
                row,
                (some) => onChange(rows.map((each, at) => (at === index ? { ...each, ...some } : each))),
                index,
              )}
              {disabled ? null : (
                <Button
                  size="sm"
                  variant="ghost"
                  className="sm:mt-6.5"
                  aria-label={`Remove ${noun} ${index + 1}`}
                  icon={<X aria-hidden className="size-3.5" />}
                  onClick={() => onChange(rows.filter((_, at) => at !== index))}
                >
                  Remove
                </Button>
              )}
            </li>
          ))}
        </ol>
      ) : null}
      {disabled ? null : (
        <Button
          size="sm"
          className="self-start"
          icon={<Plus aria-hidden className="size-3.5" />}
          onClick={() => onChange([...rows, fresh])}
        >
          Add {noun}
        </Button>
      )}
    </div>
  );
}
