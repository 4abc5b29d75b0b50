'use client';
import type { App, Backend } from '@fairlead/api/types';
import { Button, Checkbox, Field, Input } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { type BackendOptions, changedOptions, optionFields, optionsOf } from './backend-options.ts';

interface BackendOptionsDialogProps {
  app: App;
  backend: Backend;
  onClose: () => void;
}

/** A backend's share of the requests, its limits, its port, and whether it only stands by or keeps its visitors alone. */
export function BackendOptionsDialog({ app, backend, onClose }: BackendOptionsDialogProps) {
  const [options, setOptions] = useState<BackendOptions>(() => optionsOf(backend));
  const [reviewed, setReviewed] = useState<BackendOptions | null>(null);
  const { name } = backend.server;
  const configure = useAction({ failure: `Could not change ${name}`, quiet: true, onSuccess: onClose });
  const change = (some: Partial<BackendOptions>) => {
    setOptions((known) => ({ ...known, ...some }));
    setReviewed(null);
  };
  const { port } = options;
  const isPort = port === null || (Number.isInteger(port) && port >= 1024 && port <= 65_535);
  const areNumbers = optionFields.every(({ key, min, max }) => {
    const value = options[key];
    return Number.isInteger(value) && value >= min && value <= max;
  });
  const isValid = isPort && areNumbers;
  const isNew = JSON.stringify(options) !== JSON.stringify(optionsOf(backend));
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Options of ${name}`}
      description="How the balancer treats it beside the others, and where it asks. No request is lost."
      intent={
        reviewed && { action: 'configure', backendId: backend.id, ...changedOptions(backend, reviewed) }
      }
      action={configure}
      onApply={() =>
        configure.run({
          method: 'PATCH',
          path: `/apps/${app.id}/backends/${backend.id}/options`,
          body: reviewed && changedOptions(backend, reviewed),
        })
      }
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {optionFields.map(({ key, label, hint, min, max }) => (
          <Field key={key} name={key} label={label} hint={hint} error={configure.fields[key]}>
            <Input
              type="number"
              inputMode="numeric"
              min={min}
              max={max}
              className="tabular"
              value={Number.isNaN(options[key]) ? '' : options[key]}
              onChange={(event) => change({ [key]: event.target.valueAsNumber })}
            />
          </Field>
        ))}
        <Field
          name="port"
          label="Port"
          hint={`Where ${name} listens for the balancer. Empty: the app’s, ${app.port}.`}
          error={configure.fields.port}
        >
          <Input
            type="number"
            inputMode="numeric"
            min={1024}
            max={65_535}
            placeholder={String(app.port)}
            className="tabular"
            value={port === null || Number.isNaN(port) ? '' : port}
            onChange={(event) =>
              change({ port: event.target.value === '' ? null : event.target.valueAsNumber })
            }
          />
        </Field>
      </div>
      <Checkbox
        checked={options.backup}
        onChange={(backup) => change({ backup })}
        label="Stands by"
        detail="Gets requests only while no other backend answers."
      />
      {configure.fields.backup ? (
        <p className="text-sm text-unhealthy-ink">{configure.fields.backup}</p>
      ) : null}
      <Checkbox
        checked={options.drain}
        onChange={(drain) => change({ drain })}
        label="No new visitors"
        detail="Keeps those whom the sticky cookie ties to it. With that method, from Nginx 1.29.6 on."
      />
      {configure.fields.drain ? <p className="text-sm text-unhealthy-ink">{configure.fields.drain}</p> : null}
      {reviewed === null ? (
        <Button className="self-start" disabled={!isNew || !isValid} onClick={() => setReviewed(options)}>
          Review plan
        </Button>
      ) : null}
    </PlanDialog>
  );
}
