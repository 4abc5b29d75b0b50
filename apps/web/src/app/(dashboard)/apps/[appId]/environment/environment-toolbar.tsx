'use client';
import { Button } from '@fairlead/ui';
import { Archive, FileText, Plus, Table2 } from 'lucide-react';
import { count } from '../../../../../parts/units.ts';

interface EnvironmentToolbarProps {
  count: number;
  asText: boolean;
  onAdd: () => void;
  onText: () => void;
  onStorage: () => void;
}

/** Two ways to edit the same thing, and a form for what several variables say together. */
export function EnvironmentToolbar({ count: n, asText, onAdd, onText, onStorage }: EnvironmentToolbarProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <h2 className="text-base">{count(n, 'variable')}</h2>
      <div className="flex flex-wrap gap-2">
        {asText ? null : (
          <Button icon={<Archive aria-hidden className="size-3.5" />} onClick={onStorage}>
            Object storage
          </Button>
        )}
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
