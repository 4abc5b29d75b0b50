'use client';
import { Button } from '@fairlead/ui';
import { FileText, Plus, Table2 } from 'lucide-react';
import { count } from '../../../../../parts/units.ts';

interface EnvironmentToolbarProps {
  count: number;
  asText: boolean;
  onAdd: () => void;
  onText: () => void;
}

/** Two ways to edit the same thing. */
export function EnvironmentToolbar({ count: n, asText, onAdd, onText }: EnvironmentToolbarProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <h2 className="text-base">{count(n, 'variable')}</h2>
      <div className="flex gap-2">
        <Button
          icon={
            asText ? (
              <Table2 aria-hidden className="size-3.5" />
            ) : (
              <FileText aria-hidden className="size-3.5" />
            )
          }
          onClick={onText}
        >
          {asText ? 'Edit as table' : 'Edit as text'}
        </Button>
        {asText ? null : (
          <Button icon={<Plus aria-hidden className="size-3.5" />} onClick={onAdd}>
            Add variable
          </Button>
        )}
      </div>
    </div>
  );
}
