'use client';
import type { App, Redis } from '@fairlead/api/types';
import { Field, Input, Select, type SelectOption } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { policies } from './redis-policies.ts';

type Wanted = NonNullable<Redis['redis']>;
const options = Object.entries(policies).map(([value, label]) => ({ value, label })) as SelectOption<
  Wanted['policy']
>[];

interface SetRedisDialogProps {
  app: App;
  redis: Wanted | null;
  onClose: () => void;
}

/** Asks how much it may hold and what a full one does, and shows what the next deployment does for it. */
export function SetRedisDialog({ app, redis, onClose }: SetRedisDialogProps) {
  const [memory, setMemory] = useState(String(redis?.memoryMib ?? 256));
  const [policy, setPolicy] = useState<Wanted['policy']>(redis?.policy ?? 'noeviction');
  const set = useAction<Redis>({
    failure: 'Could not keep the settings of Redis',
    success: 'Kept; the next deployment brings it',
    quiet: true,
    onSuccess: onClose,
  });
  const memoryMib = Number(memory);
  const isWhole = Number.isInteger(memoryMib) && memoryMib >= 16 && memoryMib <= 1_048_576;
  const body = { memoryMib, policy };
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={redis === null ? `A Redis for ${app.name}` : `The Redis of ${app.name}`}
      description="What the next deployment does for it."
      intent={isWhole ? { action: 'set-redis', ...body } : null}
      action={set}
      onApply={() => set.run({ method: 'PUT', path: `/apps/${app.id}/redis`, body })}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="memoryMib"
          label="Memory"
          hint="MiB, at most. Jobs and sessions count."
          error={isWhole ? set.fields.memoryMib : 'A whole number from 16 on.'}
        >
          <Input
            name="memoryMib"
            type="number"
            min={16}
            max={1_048_576}
            value={memory}
            onChange={(event) => setMemory(event.target.value)}
          />
        </Field>
        <Field name="policy" label="When full" error={set.fields.policy}>
          <Select label="When full" value={policy} onChange={setPolicy} options={options} />
        </Field>
      </div>
    </PlanDialog>
  );
}

/** The plan of another password for it. */
export function RotateRedisDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const rotate = useAction({ failure: 'Could not change the password', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Another Redis password for ${app.name}`}
      description="Backends go over while both passwords work; no request and no job is lost."
      intent={{ action: 'rotate-redis' }}
      action={rotate}
      onApply={() => rotate.run({ method: 'POST', path: `/apps/${app.id}/redis/rotate` })}
    />
  );
}

/** What is lost with it, and the app's name to type. */
export function RemoveRedisDialog({ app, onClose }: { app: App; onClose: () => void }) {
  const remove = useAction<Redis>({
    failure: 'Could not remove Redis',
    success: 'The next deployment takes it away',
    quiet: true,
    onSuccess: onClose,
  });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Remove the Redis of ${app.name}?`}
      description="What the next deployment takes away."
      intent={{ action: 'remove-redis' }}
      loss={{
        name: app.name,
        text: 'All that it holds is lost: sessions, jobs that wait and what is cached.',
      }}
      action={remove}
      onApply={() =>
        remove.run({ method: 'DELETE', path: `/apps/${app.id}/redis`, body: { confirm: app.name } })
      }
    />
  );
}
