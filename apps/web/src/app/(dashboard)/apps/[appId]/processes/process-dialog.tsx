'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button } from '@fairlead/ui';
import { useState } from 'react';
import { ApiProblem } from '../../../../../data/problem.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { usePlan } from '../../../../../plan/use-plan.ts';
import { type Draft, draftOf, settingsOf } from './process-draft.ts';
import { ProcessFields } from './process-fields.tsx';
import { kindNames, type ProcessSettings } from './process-words.ts';

interface ProcessDialogProps {
  app: App;
  backends: LoadBalancer['backends'];
  /** What is changed, or the kind of a new one. */
  known: ProcessSettings | ProcessSettings['kind'];
  onClose: () => void;
}

/** A worker, a cron entry or a command: its fields, and what they would change. */
export function ProcessDialog({ app, backends, known, onClose }: ProcessDialogProps) {
  const isNew = typeof known === 'string';
  const [draft, setDraft] = useState<Draft>(() => draftOf(known));
  const [reviewed, setReviewed] = useState<ProcessSettings | null>(null);
  const change = useAction({ failure: 'Could not set the process', quiet: true, onSuccess: onClose });
  const intent = reviewed && { action: 'set-process' as const, process: reviewed };
  const plan = usePlan(app.id, intent);
  const errors = errorsOf(plan.error instanceof ApiProblem ? plan.error.fields : change.fields);
  // What is wrong stands at its field then, and the plan waits for another value.
  const isRefused = Object.keys(errors).length > 0;
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={isNew ? `Add a ${kindNames[known].toLowerCase()}` : `${kindNames[known.kind]} ${known.name}`}
      description="Nothing is deployed: it runs in the release that is served, and goes along with each that comes."
      intent={isRefused ? null : intent}
      action={change}
      onApply={() => {
        if (reviewed === null) return;
        const { name, ...body } = reviewed;
        change.run({ method: 'PUT', path: `/apps/${app.id}/processes/${name}`, body });
      }}
    >
      <ProcessFields
        draft={draft}
        isNew={isNew}
        backends={backends}
        errors={errors}
        onChange={(some) => {
          setDraft((before) => ({ ...before, ...some }));
          setReviewed(null);
          change.reset();
        }}
      />
      {reviewed === null || isRefused ? (
        <Button
          className="self-start"
          disabled={draft.name === '' || draft.command === '' || isRefused}
          onClick={() => setReviewed(settingsOf(draft))}
        >
          Review plan
        </Button>
      ) : null}
    </PlanDialog>
  );
}

/** By field of the form: the API names them below `process`. */
function errorsOf(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([path, message]) => [path.split('.').at(-1) ?? path, message]),
  );
}
