'use client';
import { Button, Dialog, ErrorNote, Field, Input } from '@fairlead/ui';
import { type ReactNode, useState } from 'react';
import type { Action } from '../data/use-action.tsx';
import { LoadFailure } from '../parts/load-failure.tsx';
import { PlanSkeleton } from './plan-skeleton.tsx';
import { PlanView } from './plan-view.tsx';
import { type Intent, usePlan } from './use-plan.ts';

interface PlanDialogProps {
  appId: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: string;
  /** null while something is still to be chosen: `children` asks for it. */
  intent: Intent | null;
  /** What is lost, and the name to type, where something is. */
  loss?: { text: ReactNode; name: string };
  // biome-ignore lint/suspicious/noExplicitAny: the dialog only shows how the action goes, whatever it answers
  action: Action<any>;
  onApply: () => void;
  children?: ReactNode;
}

/** Shows the plan of a change; one button applies it. */
export function PlanDialog(props: PlanDialogProps) {
  const { appId, open, onOpenChange, title, description, intent, loss, action, onApply, children } = props;
  const [typed, setTyped] = useState('');
  const plan = usePlan(appId, open ? intent : null);
  const allowed = plan.data !== undefined && (loss === undefined || typed === loss.name);
  return (
    <Dialog
      wide
      open={open}
      onOpenChange={(next) => {
        setTyped('');
        action.reset();
        onOpenChange(next);
      }}
      title={title}
      description={description}
      footer={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            variant="primary"
            disabled={!allowed}
            pending={action.pending && 'Applying…'}
            onClick={onApply}
          >
            Apply
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {children}
        {intent === null ? null : plan.data ? (
          <PlanView plan={plan.data} />
        ) : plan.isError ? (
          <LoadFailure query={plan} what="the plan" />
        ) : (
          <PlanSkeleton />
        )}
        {loss && plan.data ? (
          <div className="flex flex-col gap-3 border-t pt-4">
            <div className="text-ink-muted text-sm">{loss.text}</div>
            <Field label={`Type ${loss.name} to confirm`}>
              <Input value={typed} onChange={(event) => setTyped(event.target.value)} />
            </Field>
          </div>
        ) : null}
        {action.error ? <ErrorNote title="It was not applied" error={action.error} /> : null}
      </div>
    </Dialog>
  );
}
