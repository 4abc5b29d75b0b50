'use client';
import type { Environment } from '@fairlead/api/types';
import { Button, Dialog, ErrorNote, Field, Input, Textarea } from '@fairlead/ui';
import { type FormEvent, useId } from 'react';
import type { Action } from '../../../../../data/use-action.tsx';

interface VariableDialogProps {
  /** null: closed; empty: a new one; else the name whose value is replaced. */
  name: string | null;
  action: Action<Environment>;
  onClose: () => void;
  onSave: (key: string, value: string) => void;
}

/** One name and its value. */
export function VariableDialog({ name, action, onClose, onSave }: VariableDialogProps) {
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onSave(name || String(form.get('key') ?? '').trim(), String(form.get('value') ?? ''));
  };
  const message = Object.values(action.fields)[0];
  return (
    <Dialog
      open={name !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={name ? `Replace ${name}` : 'Add variable'}
      description="Stored encrypted. It reaches the backends with the next deployment and is never shown again."
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
        {name ? null : (
          <Field
            name="key"
            label="Name"
            error={message}
            hint="Letters, digits and underscores, e.g. SMTP_URL."
          >
            <Input mono required autoFocus pattern="[A-Za-z_][A-Za-z0-9_]*" maxLength={128} />
          </Field>
        )}
        <Field name="value" label="Value" error={name ? message : undefined}>
          <Textarea mono name="value" rows={3} />
        </Field>
        {action.error && !message ? <ErrorNote error={action.error} /> : null}
      </form>
    </Dialog>
  );
}
