'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, KeyValue, Panel, StateBadge } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { FinishMoveDialog, ForgetFormerDialog, StayDialog } from './plan-dialogs.tsx';

interface MovePanelProps {
  app: App;
  balancer: LoadBalancer;
  busy: boolean;
}

/** Where a move of the balancer stands, and the two ways out of it. */
export function MovePanel({ app, balancer, busy }: MovePanelProps) {
  if (balancer.move === null) return null;
  const { successor, former } = balancer.move;
  return (
    <>
      {successor === null ? null : <Moving {...{ app, balancer, busy, successor }} />}
      {former === null ? null : <Leaving {...{ app, balancer, busy, former }} />}
    </>
  );
}

type Move = NonNullable<LoadBalancer['move']>;

function Moving({
  app,
  balancer,
  busy,
  successor,
}: MovePanelProps & { successor: NonNullable<Move['successor']> }) {
  const may = useMay();
  const [dialog, setDialog] = useState<'finish' | 'stay' | null>(null);
  const { balancerServer, observedGeneration } = balancer;
  const seen = successor.observedGeneration;
  const isCurrent = seen !== null && seen >= observedGeneration;
  const close = () => setDialog(null);
  return (
    <Panel
      title={`Moving to ${successor.name}`}
      aside={
        <StateBadge
          state={isCurrent ? 'healthy' : 'deploying'}
          label={isCurrent ? 'Both serve' : `${successor.name} does not serve yet`}
        />
      }
    >
      <p className="max-w-prose text-ink-muted text-sm">
        {isCurrent
          ? `Visitors are served whether they come by ${balancerServer.name} or by ${successor.name}. Lead the names of ${app.name} to ${successor.name} in the DNS, then finish the move.`
          : `Visitors come by ${balancerServer.name} until ${successor.name} has been seen serving the same.`}
      </p>
      <KeyValue
        className="mt-3"
        rows={[balancerServer, successor].map((server) => ({
          label: server.id === successor.id ? 'To' : 'From',
          value: (
            <span className="flex flex-wrap gap-x-3">
              <TextLink href={`/servers/${server.id}`}>{server.name}</TextLink>
              <span className="text-ink-muted">{server.address}</span>
              <span className="text-ink-muted">
                {server.id === successor.id
                  ? seen === null
                    ? 'serves nothing yet'
                    : `serves generation ${seen}`
                  : `serves generation ${observedGeneration}`}
              </span>
            </span>
          ),
        }))}
      />
      {may('load-balancer.finish-move') ? (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button variant="primary" disabled={busy || !isCurrent} onClick={() => setDialog('finish')}>
            Finish the move
          </Button>
          <Button disabled={busy} onClick={() => setDialog('stay')}>
            Stay on {balancerServer.name}
          </Button>
        </div>
      ) : null}
      {dialog === 'finish' ? <FinishMoveDialog {...{ app, balancer }} onClose={close} /> : null}
      {dialog === 'stay' ? <StayDialog {...{ app, balancer }} onClose={close} /> : null}
    </Panel>
  );
}

function Leaving({ app, balancer, busy, former }: MovePanelProps & { former: NonNullable<Move['former']> }) {
  const may = useMay();
  const [isForgetting, setForgetting] = useState(false);
  const again = useAction({ failure: `Could not take ${former.name} out of service` });
  return (
    <Panel
      title={`${former.name} is to stop serving`}
      aside={<StateBadge state="draining" label="Leaving" />}
    >
      <p className="max-w-prose text-ink-muted text-sm">
        Visitors of {app.name} are led by {balancer.balancerServer.name}. {former.name} still has to give up
        its front, and the backends let it in until it has.
      </p>
      {may('load-balancer.finish-move') ? (
        <div className="mt-3 flex flex-wrap gap-2">
          <Button
            disabled={busy || again.pending}
            onClick={() =>
              again.run({
                method: 'POST',
                path: `/apps/${app.id}/load-balancer/move/finish`,
                body: { confirm: true },
              })
            }
          >
            Try again
          </Button>
          <Button disabled={busy} onClick={() => setForgetting(true)}>
            Forget {former.name}
          </Button>
        </div>
      ) : null}
      {isForgetting ? (
        <ForgetFormerDialog {...{ app, balancer }} onClose={() => setForgetting(false)} />
      ) : null}
    </Panel>
  );
}
