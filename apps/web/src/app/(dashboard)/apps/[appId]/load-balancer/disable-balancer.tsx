'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Panel } from '@fairlead/ui';
import { useState } from 'react';
import { count } from '../../../../../parts/units.ts';
import { DisableDialog } from './plan-dialogs.tsx';

interface DisableBalancerProps {
  app: App;
  balancer: LoadBalancer;
  busy: boolean;
}

/** Back to the primary alone. */
export function DisableBalancer({ app, balancer, busy }: DisableBalancerProps) {
  const [open, setOpen] = useState(false);
  const others = balancer.backends.filter((backend) => backend.role !== 'primary');
  const names = others.map((backend) => backend.server.name).join(', ');
  return (
    <Panel title="Disable load balancing">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-ink-muted text-sm">
          {app.primaryServer.name} answers every request again. {count(others.length, 'other backend')}
          {others.length > 0 ? ` (${names})` : ''} {others.length === 1 ? 'is' : 'are'} drained, stopped and
          removed.
        </p>
        <Button disabled={busy} onClick={() => setOpen(true)}>
          Disable load balancing
        </Button>
      </div>
      {open ? <DisableDialog app={app} names={names} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}
