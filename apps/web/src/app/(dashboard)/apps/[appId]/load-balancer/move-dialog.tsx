'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { ServerCards } from './server-cards.tsx';
import { useBalancerChoice } from './server-choice.tsx';

interface MoveDialogProps {
  app: App;
  balancer: LoadBalancer;
  onClose: () => void;
}

/** Another server for the balancer: choose it, read the plan, apply. Both serve from then on, until the move is finished. */
export function MoveDialog({ app, balancer, onClose }: MoveDialogProps) {
  const [chosen, setChosen] = useState('');
  const [reviewed, setReviewed] = useState('');
  const servers = useBalancerChoice(balancer);
  const move = useAction({ failure: 'Could not move the balancer', quiet: true, onSuccess: onClose });
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Move the balancer of ${app.name}`}
      description={`The new server serves beside ${balancer.balancerServer.name}; nobody is cut off. You then change the DNS, and finish the move once it leads there.`}
      intent={reviewed === '' ? null : { action: 'move', serverId: reviewed }}
      action={move}
      onApply={() =>
        move.run({ path: `/apps/${app.id}/load-balancer/move`, method: 'POST', body: { serverId: reviewed } })
      }
    >
      {servers ? (
        <ServerCards
          servers={servers}
          none="No other server is ready."
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
