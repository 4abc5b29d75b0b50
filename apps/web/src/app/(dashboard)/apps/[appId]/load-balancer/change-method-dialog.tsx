'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { MethodChoice } from './method-choice.tsx';
import { type Balancing, describeBalancing } from './methods.ts';

interface ChangeMethodDialogProps {
  app: App;
  balancer: LoadBalancer;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** Another way of sharing requests out. */
export function ChangeMethodDialog({ app, balancer, open, onOpenChange }: ChangeMethodDialogProps) {
  const { method, hashKey, stickyCookie } = balancer;
  const [chosen, setChosen] = useState<Balancing>({ method, hashKey, stickyCookie });
  const [reviewed, setReviewed] = useState<Balancing | null>(null);
  const change = useAction({
    failure: 'Could not change the method',
    quiet: true,
    onSuccess: () => onOpenChange(false),
  });
  const isNew = describeBalancing(chosen) !== describeBalancing(balancer);
  return (
    <PlanDialog
      appId={app.id}
      open={open}
      onOpenChange={onOpenChange}
      title="Change the method"
      description="Takes effect with one reload; no request is lost."
      intent={reviewed && { action: 'change', ...reviewed }}
      action={change}
      onApply={() => change.run({ method: 'PATCH', path: `/apps/${app.id}/load-balancer`, body: reviewed })}
    >
      <MethodChoice
        balancer={balancer}
        value={chosen}
        errors={change.fields}
        onChange={(value) => {
          setChosen(value);
          setReviewed(null);
        }}
      />
      {reviewed === null ? (
        <Button className="self-start" disabled={!isNew} onClick={() => setReviewed(chosen)}>
          Review plan
        </Button>
      ) : null}
    </PlanDialog>
  );
}
