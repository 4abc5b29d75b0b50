'use client';
import type { App } from '@fairlead/api/types';
import { Button, Dialog, ErrorNote, Field, Input } from '@fairlead/ui';
import { useId } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';

interface DeployDialogProps {
  app: App;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Deploys what a tag points at, or one commit. */
export function DeployDialog({ app, open, onOpenChange }: DeployDialogProps) {
  const id = useId();
  const deploy = useAction({
    failure: `Could not start the deployment of ${app.name}`,
    quiet: true,
    onSuccess: () => onOpenChange(false),
  });
  const fieldError = deploy.fields.tag ?? deploy.fields.commit;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Deploy a tag or commit"
      description={`The next deployment takes the newest commit of ${app.branch} again.`}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" form={id} variant="primary" pending={deploy.pending && 'Starting…'}>
            Deploy
          </Button>
        </>
      }
    >
      <form
        id={id}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const text = String(new FormData(event.currentTarget).get('revision') ?? '').trim();
          const body = /^[0-9a-f]{40}$/.test(text) ? { commit: text } : { tag: text };
          deploy.run({ method: 'POST', path: `/apps/${app.id}/deployments`, body });
        }}
      >
        <Field
          name="revision"
          label="Tag or commit"
          hint="A tag’s name, or a commit’s 40 hexadecimal digits."
          error={fieldError}
        >
          <Input mono required autoFocus maxLength={200} placeholder="v1.4.0" />
        </Field>
        {deploy.error && fieldError === undefined ? <ErrorNote error={deploy.error} /> : null}
      </form>
    </Dialog>
  );
}
