'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Note, RadioCards, StateBadge } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { describeServer, useServerChoice } from './server-choice.tsx';

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
      {choice && choice.free.length === 0 ? (
        <Note tone="warning">
          No other server is free. <TextLink href="/servers/new">Add one</TextLink>, then come back.
        </Note>
      ) : null}
      {choice && choice.free.length > 0 ? (
        <>
          <RadioCards
            label="Server"
            columns={2}
            value={chosen}
            onChange={(id) => {
              setChosen(id);
              setReviewed('');
            }}
            cards={choice.free.map((server) => ({
              value: server.id,
              label: server.name,
              detail: describeServer(server),
              aside: <StateBadge state={server.status} />,
            }))}
          />
          {reviewed === '' ? (
            <Button className="self-start" disabled={chosen === ''} onClick={() => setReviewed(chosen)}>
              Review plan
            </Button>
          ) : null}
        </>
      ) : null}
    </PlanDialog>
  );
}
