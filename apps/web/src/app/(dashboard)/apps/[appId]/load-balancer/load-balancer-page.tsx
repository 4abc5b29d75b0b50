'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Copyable, KeyValue, Panel, RelativeTime, Skeleton, StateBadge } from '@fairlead/ui';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { count } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { BackendTable } from './backend-table.tsx';
import { BalancerOff } from './balancer-off.tsx';
import { DisableBalancer } from './disable-balancer.tsx';
import { DomainsPanel } from './domains-panel.tsx';
import { Maintenance } from './maintenance.tsx';
import { describeBalancing, describeSlowStart } from './methods.ts';
import { MovePanel } from './move-panel.tsx';
import { AddBackendDialog, ChangeMethodDialog, MoveDialog, SlowStartDialog } from './plan-dialogs.tsx';
import { StreamsPanel } from './streams-panel.tsx';

interface ViewProps {
  app: App;
  balancer: LoadBalancer;
}

function Generation({ balancer }: { balancer: LoadBalancer }) {
  const { generation, observedGeneration, observedAt } = balancer;
  return generation === observedGeneration ? (
    <span>
      Generation {generation} <span className="text-ink-muted">is served, verified</span>{' '}
      <RelativeTime at={observedAt} className="text-ink-muted" />
    </span>
  ) : (
    <span>
      Generation {generation}{' '}
      <span className="text-ink-muted">is wanted, {observedGeneration} is served</span>
    </span>
  );
}

function BalancerOn({ app, balancer }: ViewProps) {
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState(false);
  const [moving, setMoving] = useState(false);
  const [pacing, setPacing] = useState(false);
  const busy = balancer.activeOperation !== null || app.activeOperation !== null;
  const { id, name, address } = balancer.balancerServer;
  return (
    <>
      <Panel title="Balancer" aside={<StateBadge state={balancer.status} />}>
        <KeyValue
          className="-my-2.5"
          rows={[
            {
              label: 'Server',
              value: (
                <span className="flex flex-wrap items-center gap-x-3">
                  <TextLink href={`/servers/${id}`}>{name}</TextLink>
                  <Copyable text={address} label="Copy address of the balancer" />
                  {may('load-balancer.move') && balancer.move === null ? (
                    <Button size="sm" variant="ghost" disabled={busy} onClick={() => setMoving(true)}>
                      Move
                    </Button>
                  ) : null}
                </span>
              ),
            },
            {
              label: 'Method',
              value: (
                <span className="flex flex-wrap items-center gap-x-3">
                  {describeBalancing(balancer)}
                  {may('load-balancer.change') ? (
                    <Button size="sm" variant="ghost" disabled={busy} onClick={() => setChanging(true)}>
                      Change method
                    </Button>
                  ) : null}
                </span>
              ),
            },
            {
              label: 'Slow start',
              value: (
                <span className="flex flex-wrap items-center gap-x-3">
                  {describeSlowStart(balancer)}
                  {may('load-balancer.change') ? (
                    <Button size="sm" variant="ghost" disabled={busy} onClick={() => setPacing(true)}>
                      Change slow start
                    </Button>
                  ) : null}
                </span>
              ),
            },
            { label: 'Configuration', value: <Generation balancer={balancer} /> },
          ]}
        />
      </Panel>
      <MovePanel app={app} balancer={balancer} busy={busy} />
      <section aria-label="Backends" className="flex flex-col gap-3">
        <div className="flex items-center justify-between gap-4">
          <h2 className="text-base">
            {balancer.healthyBackends} of {count(balancer.enabledBackends, 'enabled backend')} healthy
          </h2>
          {may('backend.add') ? (
            <Button
              disabled={busy}
              icon={<Plus aria-hidden className="size-3.5" />}
              onClick={() => setAdding(true)}
            >
              Add backend
            </Button>
          ) : null}
        </div>
        <BackendTable app={app} balancer={balancer} busy={busy} />
      </section>
      <DomainsPanel app={app} />
      <StreamsPanel app={app} balancer={balancer} busy={busy} />
      <Maintenance app={app} balancer={balancer} busy={busy} />
      {may('load-balancer.disable') ? <DisableBalancer app={app} balancer={balancer} busy={busy} /> : null}
      {adding ? <AddBackendDialog app={app} balancer={balancer} open onOpenChange={setAdding} /> : null}
      {moving ? <MoveDialog app={app} balancer={balancer} onClose={() => setMoving(false)} /> : null}
      {pacing ? <SlowStartDialog app={app} balancer={balancer} open onOpenChange={setPacing} /> : null}
      {changing ? <ChangeMethodDialog app={app} balancer={balancer} open onOpenChange={setChanging} /> : null}
    </>
  );
}

/** Who answers this app's requests, and how they are shared out. */
export function LoadBalancerPage({ appId }: { appId: string }) {
  const app = useApp(appId);
  const query = useResource(resources.loadBalancer(appId));
  if (query.isError && !query.data) return <LoadFailure query={query} what="the load balancer" />;
  if (!app || !query.data) return <Skeleton className="h-72 rounded-lg" />;
  const balancer = query.data;
  return balancer.enabled || balancer.backends.length > 1 ? (
    <BalancerOn app={app} balancer={balancer} />
  ) : (
    <>
      <BalancerOff app={app} />
      <MovePanel app={app} balancer={balancer} busy={app.activeOperation !== null} />
      <DomainsPanel app={app} />
      <StreamsPanel app={app} balancer={balancer} busy={app.activeOperation !== null} />
      <Maintenance app={app} balancer={balancer} busy={app.activeOperation !== null} />
    </>
  );
}
