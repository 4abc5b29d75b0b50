'use client';
import { EmptyState, Select, Skeleton } from '@fairlead/ui';
import { HeartPulse } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { useApp } from '../use-app.ts';
import { BackendHealth } from './backend-health.tsx';

const windows = [
  { value: '1', label: 'Last hour' },
  { value: '24', label: 'Last 24 hours' },
  { value: '168', label: 'Last 7 days' },
];

/** How each backend answered, as the balancer saw it. */
export function HealthPage({ appId }: { appId: string }) {
  const app = useApp(appId);
  const [hours, setHours] = useState('24');
  const health = useResource(resources.health(appId, Number(hours)), { refetchMs: 15_000 });
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="text-ink-muted text-sm">
          {app ? (
            <>
              <code className="font-mono">{app.healthPath}</code> is asked every {app.healthIntervalMs / 1000}{' '}
              s from the balancer;{' '}
              {app.healthFall === 1 ? 'one bad answer turns' : `${app.healthFall} bad answers in a row turn`}{' '}
              a backend unhealthy.
            </>
          ) : null}
        </p>
        <Select label="Window" options={windows} value={hours} onChange={setHours} className="w-40" />
      </div>
      {health.data ? (
        health.data.backends.length === 0 ? (
          <EmptyState icon={<HeartPulse />} title="No backend to check yet">
            When {app?.name ?? 'the app'} is deployed, Fairlead asks its health path at a steady pace and
            keeps what it heard.
          </EmptyState>
        ) : (
          health.data.backends.map((backend) => (
            <BackendHealth key={backend.backendId} backend={backend} hours={Number(hours)} />
          ))
        )
      ) : health.isError ? (
        <LoadFailure query={health} what="the health" />
      ) : (
        <Skeleton className="h-80 rounded-lg" />
      )}
    </>
  );
}
