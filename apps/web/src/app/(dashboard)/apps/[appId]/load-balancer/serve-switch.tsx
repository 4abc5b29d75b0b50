'use client';
import type { App, Backend, LoadBalancer } from '@fairlead/api/types';
import { ConfirmDialog, Switch } from '@fairlead/ui';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { useMay } from '../../../../../shell/me.tsx';

interface ServeSwitchProps {
  app: App;
  balancer: LoadBalancer;
  backend: Backend;
  busy: boolean;
}

/** Whether no other enabled backend answers as it should. */
function isLast(balancer: LoadBalancer, backend: Backend): boolean {
  return !balancer.backends.some(
    (other) => other.id !== backend.id && other.desired === 'enabled' && other.health === 'healthy',
  );
}

function desire(balancer: LoadBalancer, backendId: string, enabled: boolean): LoadBalancer {
  const backends = balancer.backends.map(
    (each): Backend =>
      each.id === backendId ? { ...each, desired: enabled ? 'enabled' : 'disabled' } : each,
  );
  return { ...balancer, backends };
}

/** Takes a backend out of the upstream, or back in, at once. Asks twice where nobody would be left to answer. */
export function ServeSwitch({ app, balancer, backend, busy }: ServeSwitchProps) {
  const client = useQueryClient();
  const may = useMay();
  const [asking, setAsking] = useState<'no' | 'once' | 'twice'>('no');
  const [asked, setAsked] = useState<boolean | null>(null);
  const { name } = backend.server;
  const toggle = useAction({ failure: `Could not switch ${name}` });
  const enabled = asked ?? backend.desired === 'enabled';

  const send = (next: boolean, confirmLast: boolean) => {
    setAsking('no');
    setAsked(next);
    toggle.run(
      {
        method: 'PATCH',
        path: `/apps/${app.id}/backends/${backend.id}`,
        body: { enabled: next, confirmLast },
      },
      {
        onSuccess: () => {
          // What was just accepted is what is desired, before it is read again.
          client.setQueryData<LoadBalancer>(
            resources.loadBalancer(app.id).key,
            (known) => known && desire(known, backend.id, next),
          );
        },
        onSettled: () => setAsked(null),
      },
    );
  };

  return (
    <>
      <Switch
        label={`Serve traffic from ${name}`}
        checked={enabled}
        disabled={!may('backend.toggle') || busy || toggle.pending || backend.desired === 'removed'}
        onChange={(next) => {
          if (!next && isLast(balancer, backend)) setAsking('once');
          else send(next, false);
        }}
      />
      <ConfirmDialog
        open={asking === 'once'}
        onOpenChange={(open) => setAsking(open ? 'once' : 'no')}
        title={`${name} is the last healthy backend`}
        action="Disable it anyway"
        onConfirm={() => setAsking('twice')}
      >
        <p>
          No other enabled backend answers as it should. Without {name} nobody can answer the requests of{' '}
          {app.name}.
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'twice'}
        onOpenChange={(open) => setAsking(open ? 'twice' : 'no')}
        title={`Take ${app.name} off the air?`}
        action={`Disable ${name}`}
        typeToConfirm={app.name}
        onConfirm={() => send(false, true)}
      >
        <p>Every visitor gets 503 Service Unavailable until a backend is enabled again.</p>
      </ConfirmDialog>
    </>
  );
}
