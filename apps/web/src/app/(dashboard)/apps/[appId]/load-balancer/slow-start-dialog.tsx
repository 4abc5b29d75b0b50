'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Field, Input, Note } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface SlowStartDialogProps {
  app: App;
  balancer: LoadBalancer;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Over how long a backend that comes back climbs to its weight. */
export function SlowStartDialog({ app, balancer, open, onOpenChange }: SlowStartDialogProps) {
  const [seconds, setSeconds] = useState(balancer.slowStartSeconds || 60);
  const [reviewed, setReviewed] = useState<number | null>(null);
  const change = useAction({
    failure: 'Could not change the slow start',
    quiet: true,
    onSuccess: () => onOpenChange(false),
  });
  const isValid = Number.isInteger(seconds) && seconds >= 0 && seconds <= 3600;
  const refusal = balancer.slowStartRefusal;
  return (
    <PlanDialog
      appId={app.id}
      open={open}
      onOpenChange={onOpenChange}
      title="Slow start"
      description="A backend that is given requests again gets 10, 25 and 50 % of its weight first, each for a third of the time."
      intent={reviewed === null ? null : { action: 'change', slowStartSeconds: reviewed }}
      action={change}
      onApply={() =>
        change.run({
          method: 'PATCH',
          path: `/apps/${app.id}/load-balancer`,
          body: { slowStartSeconds: reviewed },
        })
      }
    >
      {refusal ? <Note tone="warning">{refusal}</Note> : null}
      <Field
        name="slowStartSeconds"
        label="Time until it has all of its weight, in seconds"
        hint="Up to 3600. 0: at once."
        error={change.fields.slowStartSeconds}
        className="sm:max-w-sm"
      >
        <Input
          type="number"
          inputMode="numeric"
          min={0}
          max={3600}
          className="tabular"
          value={Number.isNaN(seconds) ? '' : seconds}
          onChange={(event) => {
            setSeconds(event.target.valueAsNumber);
            setReviewed(null);
          }}
        />
      </Field>
      {reviewed === null ? (
        <Button
          className="self-start"
          disabled={!isValid || seconds === balancer.slowStartSeconds || (refusal !== null && seconds > 0)}
          onClick={() => setReviewed(seconds)}
        >
          Review plan
        </Button>
      ) : null}
    </PlanDialog>
  );
}
