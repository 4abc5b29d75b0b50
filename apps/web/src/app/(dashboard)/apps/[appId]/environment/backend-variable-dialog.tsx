'use client';
import type { Environment, LoadBalancer } from '@fairlead/api/types';
import { Button, Dialog, ErrorNote, Field, Input, Select, Textarea } from '@fairlead/ui';
import { type FormEvent, useId, useState } from 'react';
import type { Action } from '../../../../../data/use-action.tsx';
import type { BackendChange, Editing } from './backend-variables.tsx';

interface BackendVariableDialogProps {
  variable: Editing;
  backends: LoadBalancer['backends'];
  action: Action<Environment>;
  onClose: () => void;
  onSave: (change: BackendChange) => void;
}

/** One backend, one name and its value. */
export function BackendVariableDialog({
  variable,
  backends,
  action,
  onClose,
  onSave,
}: BackendVariableDialogProps) {
  const id = useId();
  const known = variable === 'new' ? null : variable;
  const [backendId, setBackendId] = useState(known?.backendId ?? backends[0]?.id ?? '');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = known?.key ?? String(form.get('key') ?? '').trim();
    onSave({ backendId, set: { [key]: String(form.get('value') ?? '') }, unset: [] });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={known ? `Replace ${known.key} of ${known.server}` : 'Add a variable for one backend'}
      description="Stored encrypted. It reaches the backend with the next deployment and is never shown again."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={id} variant="primary" pending={action.pending && 'Saving…'}>
            Save variable
          </Button>
        </>
      }
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        {known ? null : (
          <>
            <Field name="backendId" label="Backend">
              <Select
                label="Backend"
                value={backendId}
                onChange={setBackendId}
                options={backends.map((backend) => ({ value: backend.id, label: backend.server.name }))}
              />
            </Field>
            <Field name="key" label="Name" hint="Letters, digits and underscores, e.g. REGION.">
              <Input mono required name="key" pattern="[A-Za-z_][A-Za-z0-9_]*" maxLength={128} />
            </Field>
          </>
        )}
        <Field name="value" label="Value">
          <Textarea mono name="value" rows={3} />
        </Field>
        {action.error ? <ErrorNote error={action.error} /> : null}
      </form>
    </Dialog>
  );
}
