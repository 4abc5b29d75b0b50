'use client';
import { Button, Dialog, ErrorNote } from '@fairlead/ui';
import { type ReactNode, useId } from 'react';
import type { Action } from '../data/use-action.tsx';

interface FormDialogProps {
  title: string;
  description: string;
  /** What its button says, and while the answer is waited for. */
  submit: [label: string, pending: string];
  action: Pick<Action<unknown>, 'pending' | 'error' | 'fields'>;
  /** How its fields are laid out. */
  className: string;
  onClose: () => void;
  /** `text` reads a field as it stands, `''` where there is none. */
  onSubmit: (text: (name: string) => string) => void;
  children: ReactNode;
}

/** A dialog of fields that sends them on. What went wrong with none of them stands below. */
export function FormDialog(props: FormDialogProps) {
  const { title, description, submit, action, className, onClose, onSubmit, children } = props;
  const id = useId();
  return (
    <Dialog
      wide
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={id} variant="primary" pending={action.pending && submit[1]}>
            {submit[0]}
          </Button>
        </>
      }
    >
      <form
        id={id}
        className={className}
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          onSubmit((name) => String(form.get(name) ?? ''));
        }}
      >
        {children}
        {action.error && Object.keys(action.fields).length === 0 ? <ErrorNote error={action.error} /> : null}
      </form>
    </Dialog>
  );
}
