'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Note, RadioCards, StateBadge } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { describeServer, useBalancerChoice } from './server-choice.tsx';

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
      {servers?.length === 0 ? (
        <Note tone="warning">
          No other server is ready. <TextLink href="/servers/new">Add one</TextLink>, then come back.
        </Note>
      ) : null}
      {servers && servers.length > 0 ? (
        <>
          <RadioCards
            label="Server"
            columns={2}
            value={chosen}
            onChange={(id) => {
              setChosen(id);
              setReviewed('');
            }}
            cards={servers.map((server) => ({
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
