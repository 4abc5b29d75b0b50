'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button } from '@fairlead/ui';
import { useState } from 'react';
import { ApiProblem } from '../../../../../data/problem.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { PlanDialog } from '../../../../../plan/plan-dialog.tsx';
import { usePlan } from '../../../../../plan/use-plan.ts';
import { freshStream, refusedOf, streamErrors } from './stream-errors.ts';
import { StreamFields } from './stream-fields.tsx';
import type { Stream } from './streams.ts';

interface StreamDialogProps {
  app: App;
  balancer: LoadBalancer;
  /** Which of the streams; the length of the list for a new one. */
  index: number;
  onClose: () => void;
}

/** One TCP stream: its ports, names and options. */
export function StreamDialog({ app, balancer, index, onClose }: StreamDialogProps) {
  const known = balancer.streams[index];
  const [stream, setStream] = useState<Stream>(known ?? freshStream);
  const [reviewed, setReviewed] = useState<Stream[] | null>(null);
  const change = useAction({ failure: 'Could not change the streams', quiet: true, onSuccess: onClose });
  const streams = [...balancer.streams.slice(0, index), stream, ...balancer.streams.slice(index + 1)];
  const intent = reviewed && { action: 'change' as const, streams: reviewed };
  const plan = usePlan(app.id, intent);
  const refused = plan.error instanceof ApiProblem ? plan.error.fields : change.fields;
  const own = streamErrors(streams, index);
  const refusedHere = refusedOf(refused, index);
  // What is wrong stands at its field then, and the plan waits for another value.
  const isRefused = Object.keys(refusedHere).length > 0;
  const isNew = JSON.stringify(stream) !== JSON.stringify(known);
  return (
    <PlanDialog
      appId={app.id}
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={known ? `Stream ${known.name}` : 'Add a TCP stream'}
      description="Tested on the balancer before it takes effect. The service on the backends is yours to run."
      intent={isRefused ? null : intent}
      action={change}
      onApply={() =>
        change.run({
          method: 'PATCH',
          path: `/apps/${app.id}/load-balancer`,
          body: { streams: reviewed },
        })
      }
    >
      <StreamFields
        stream={stream}
        errors={{ ...refusedHere, ...own }}
        onChange={(some) => {
          setStream((before) => ({ ...before, ...some }));
          setReviewed(null);
        }}
      />
      {reviewed === null || isRefused ? (
        <Button
          className="self-start"
          disabled={!isNew || isRefused || Object.keys(own).length > 0}
          onClick={() => setReviewed(streams)}
        >
          Review plan
        </Button>
      ) : null}
    </PlanDialog>
  );
}
