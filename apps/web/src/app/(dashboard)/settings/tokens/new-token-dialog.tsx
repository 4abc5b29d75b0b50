'use client';
import type { CreatedToken } from '@fairlead/api/types';
import { Button, CodeBlock, Dialog, ErrorNote, Field, Input, RadioCards, Select } from '@fairlead/ui';
import { useId, useState } from 'react';
import { useAction } from '../../../../data/use-action.tsx';

const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
  { value: 'never', label: 'Never' },
];
const DAY_MS = 86_400_000;

interface NewTokenDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Makes a token and shows it, this once. */
export function NewTokenDialog({ open, onOpenChange }: NewTokenDialogProps) {
  const id = useId();
  const [scope, setScope] = useState<'read' | 'write'>('read');
  const [life, setLife] = useState('90');
  const create = useAction<CreatedToken>({ failure: 'Could not create the token', quiet: true });
  const close = (next: boolean) => {
    onOpenChange(next);
    if (!next) create.reset();
  };
  const made = create.answer;
  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={made ? 'Copy the token now' : 'New token'}
      description={
        made ? 'It is shown this once; Fairlead keeps only its hash.' : 'A program that has it acts as you.'
      }
      footer={
        made ? (
          <Button variant="primary" onClick={() => close(false)}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={() => close(false)}>Cancel</Button>
            <Button type="submit" form={id} variant="primary" pending={create.pending && 'Creating…'}>
              Create token
            </Button>
          </>
        )
      }
    >
      {made ? (
        <CodeBlock code={made.secret} title={made.name} copyLabel="Copy token" wrap />
      ) : (
        <form
          id={id}
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            const name = String(new FormData(event.currentTarget).get('name') ?? '').trim();
            create.run({
              method: 'POST',
              path: '/tokens',
              body: {
                name,
                scopes: scope === 'write' ? ['read', 'write'] : ['read'],
                expiresAt:
                  life === 'never' ? null : new Date(Date.now() + Number(life) * DAY_MS).toISOString(),
              },
            });
          }}
        >
          <Field
            name="name"
            label="Name"
            error={create.fields.name}
            hint="What uses it, e.g. deploy pipeline."
          >
            <Input required autoFocus maxLength={100} />
          </Field>
          <RadioCards
            label="Scope"
            columns={2}
            value={scope}
            onChange={setScope}
            cards={[
              { value: 'read', label: 'Read', detail: 'Looks, and changes nothing.' },
              { value: 'write', label: 'Read and write', detail: 'Deploys, switches, changes.' },
            ]}
          />
          <Field label="Expires after" error={create.fields.expiresAt}>
            <Select label="Expires after" options={lives} value={life} onChange={setLife} />
          </Field>
          {create.error && Object.keys(create.fields).length === 0 ? (
            <ErrorNote error={create.error} />
          ) : null}
        </form>
      )}
    </Dialog>
  );
}
