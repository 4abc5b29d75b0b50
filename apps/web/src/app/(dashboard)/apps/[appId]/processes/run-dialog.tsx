'use client';
import type { App, LoadBalancer, Process } from '@fairlead/api/types';
import { Field, Input, Select } from '@fairlead/ui';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { FormDialog } from '../../../../../parts/form-dialog.tsx';

interface RunDialogProps {
  app: App;
  backends: LoadBalancer['backends'];
  /** A declared command; null: one is typed. */
  process: Process | null;
  onClose: () => void;
}

/** Runs a command once; its output is shown as it comes. */
export function RunDialog({ app, backends, process, onClose }: RunDialogProps) {
  const router = useRouter();
  const serving = backends.filter(({ releaseId, desired }) => releaseId !== null && desired !== 'removed');
  const [backendId, setBackendId] = useState(serving[0]?.id ?? '');
  const run = useAction({
    failure: 'Could not run the command',
    quiet: true,
    onSuccess: ({ operation }) => router.push(`/operations/${operation.id}`),
  });
  return (
    <FormDialog
      title={process === null ? 'Run a command' : `Run ${process.settings.name}`}
      description="In the release that the backend serves, as the app’s own user with its environment. Who ran what is kept in the audit log."
      submit={['Run', 'Starting…']}
      action={run}
      className="grid gap-4"
      onClose={onClose}
      onSubmit={(text) => {
        const what = process === null ? { command: text('command') } : { name: process.settings.name };
        const seconds = Number(text('timeLimitSeconds'));
        run.run({
          method: 'POST',
          path: `/apps/${app.id}/commands`,
          body: { backendId, ...what, ...(seconds > 0 ? { timeLimitSeconds: seconds } : {}) },
        });
      }}
    >
      {process === null ? (
        <Field
          name="command"
          label="Command"
          hint="One line for sh. Name secrets by their variables."
          error={run.fields.command}
        >
          <Input mono required autoFocus maxLength={4096} placeholder="npm run migrate:status" />
        </Field>
      ) : (
        <code className="block break-all font-mono text-xs">{process.settings.command}</code>
      )}
      <Field label="Backend" error={run.fields.backendId}>
        <Select
          options={serving.map(({ id, server }) => ({ value: id, label: server.name }))}
          value={backendId}
          onChange={setBackendId}
        />
      </Field>
      <Field
        name="timeLimitSeconds"
        label="Time limit, in seconds"
        hint="Then it is ended. Left empty: an hour, or the command’s own."
        optional
        error={run.fields.timeLimitSeconds}
      >
        <Input type="number" inputMode="numeric" min={1} max={86400} className="tabular" />
      </Field>
    </FormDialog>
  );
}
