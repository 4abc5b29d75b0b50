'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { resources } from '../../../../../data/resources.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { useResource } from '../../../../../data/use-resource.ts';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';

interface MoveEndDialogProps {
  app: App;
  balancer: LoadBalancer;
  onClose: () => void;
}

/** The plan of balancing on the new server alone. Where the DNS does not lead there yet, somebody has to say so knowingly. */
export function FinishMoveDialog({ app, balancer, onClose }: MoveEndDialogProps) {
  const finish = useAction({ failure: 'Could not finish the move', quiet: true, onSuccess: onClose });
  const domains = useResource(resources.domains(app.id), { enabled: app.domains.length > 0 });
  const old = balancer.balancerServer.name;
  const behind = domains.data?.domains.filter(({ points }) => points !== 'here').map(({ name }) => name);
  const isThere = app.domains.length > 0 && behind?.length === 0;
  const text =
    app.domains.length === 0
      ? `Visitors who ask ${old} by its address get no answer any more.`
      : `The DNS does not lead ${behind?.join(', ') ?? 'every name'} to the new balancer alone: visitors who still come by ${old} get no answer.`;
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Finish the move of ${app.name}`}
      description={`${balancer.move?.successor?.name ?? 'The new server'} leads visitors to the app alone. ${old} stops once its last requests are answered.`}
      intent={{ action: 'finish-move', abandon: false }}
      {...(isThere ? {} : { loss: { name: app.name, text } })}
      action={finish}
      onApply={() =>
        finish.run({
          method: 'POST',
          path: `/apps/${app.id}/load-balancer/move/finish`,
          body: { confirm: !isThere },
        })
      }
    />
  );
}

/** The plan of giving a move up: the server that the balancer was to move to is taken out of service. */
export function StayDialog({ app, balancer, onClose }: MoveEndDialogProps) {
  const stay = useAction({ failure: 'Could not give the move up', quiet: true, onSuccess: onClose });
  const { id, name } = balancer.balancerServer;
  const other = balancer.move?.successor?.name ?? 'the other server';
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Keep the balancer on ${name}`}
      description={`${other} stops leading visitors to ${app.name}. See that the DNS leads no name there first.`}
      intent={{ action: 'move', serverId: id }}
      action={stay}
      onApply={() =>
        stay.run({ method: 'POST', path: `/apps/${app.id}/load-balancer/move`, body: { serverId: id } })
      }
    />
  );
}

/** The plan of forgetting a balancer that was and does not answer, with what lies on it. */
export function ForgetFormerDialog({ app, balancer, onClose }: MoveEndDialogProps) {
  const forget = useAction({ failure: 'Could not forget the server', quiet: true, onSuccess: onClose });
  const name = balancer.move?.former?.name ?? 'the server';
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`Forget ${name}`}
      description={`No backend lets ${name} in any more. What lies on it stays there.`}
      intent={{ action: 'finish-move', abandon: true }}
      loss={{
        name,
        text: `If ${name} comes back, it leads visitors to ${app.name} no more and answers them with an error.`,
      }}
      action={forget}
      onApply={() =>
        forget.run({
          method: 'POST',
          path: `/apps/${app.id}/load-balancer/move/finish`,
          body: { confirm: true, abandon: true },
        })
      }
    />
  );
}
