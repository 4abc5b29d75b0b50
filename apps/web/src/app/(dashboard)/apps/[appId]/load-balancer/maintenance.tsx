'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Panel, StateBadge } from '@fairlead/ui';
import { useState } from 'react';
import { useMay } from '../../../../../shell/me.tsx';
import { MaintenanceDialog } from './plan-dialogs.tsx';

interface MaintenanceProps {
  app: App;
  balancer: LoadBalancer;
  busy: boolean;
}

/** A page for visitors while somebody works on the app. */
export function Maintenance({ app, balancer, busy }: MaintenanceProps) {
  const may = useMay();
  const [open, setOpen] = useState(false);
  const { maintenance } = balancer;
  return (
    <Panel
      title="Maintenance"
      aside={maintenance ? <StateBadge state="draining" label="Visitors get the page" /> : null}
    >
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-ink-muted text-sm">
          {maintenance
            ? `Every visitor of ${app.name} gets a page that says to come back soon, with status 503. Deployments and health checks go on.`
            : 'Shows every visitor a page that says to come back soon, while you work on the app or its database.'}
        </p>
        {may('load-balancer.maintenance') ? (
          <Button
            variant={maintenance ? 'primary' : 'secondary'}
            disabled={busy || app.status === 'new'}
            onClick={() => setOpen(true)}
          >
            {maintenance ? 'End maintenance' : 'Begin maintenance'}
          </Button>
        ) : null}
      </div>
      {open ? <MaintenanceDialog app={app} enabled={!maintenance} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}
