'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { ServerCards } from './server-cards.tsx';
import { useServerChoice } from './server-choice.tsx';

interface AddBackendDialogProps {
  app: App;
  balancer: LoadBalancer;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** One more server for the app: choose it, read the plan, apply. */
export function AddBackendDialog({ app, balancer, open, onOpenChange }: AddBackendDialogProps) {
  const [chosen, setChosen] = useState('');
  const [reviewed, setReviewed] = useState('');
  const choice = useServerChoice(app, balancer);
  const close = (next: boolean) => {
    setReviewed('');
    onOpenChange(next);
  };
  const add = useAction({ failure: 'Could not add the backend', quiet: true, onSuccess: () => close(false) });
  return (
    <PlanDialog
      appId={app.id}
      open={open}
      onOpenChange={close}
      title={`Add a backend to ${app.name}`}
      description="It gets the commit that the others serve, is probed, and only then takes requests."
      intent={reviewed === '' ? null : { action: 'add', serverId: reviewed }}
      action={add}
      onApply={() =>
        add.run({ method: 'POST', path: `/apps/${app.id}/backends`, body: { serverId: reviewed } })
      }
    >
      {choice ? (
        <ServerCards
          servers={choice.free}
          none="No other server is free."
          chosen={chosen}
          onChoose={(id) => {
            setChosen(id);
            setReviewed('');
          }}
          {...(reviewed === '' ? { onReview: () => setReviewed(chosen) } : {})}
        />
      ) : null}
    </PlanDialog>
  );
}
