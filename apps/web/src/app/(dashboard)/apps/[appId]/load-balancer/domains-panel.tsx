'use client';
import type { App, Domains } from '@fairlead/api/types';
import { Button, Panel, Skeleton, StateBadge } from '@fairlead/ui';
import { RefreshCw } from 'lucide-react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';

const words: Record<Domains['domains'][number]['points'], { state: string; label: string }> = {
  here: { state: 'healthy', label: 'Leads here' },
  partly: { state: 'warning', label: 'Partly elsewhere' },
  elsewhere: { state: 'warning', label: 'Leads elsewhere' },
  nowhere: { state: 'unhealthy', label: 'Leads nowhere' },
  unknown: { state: 'unknown', label: 'No answer' },
};

/** Whether the names of an app lead visitors to its balancer, by what the DNS says now. */
export function DomainsPanel({ app }: { app: App }) {
  const query = useResource(resources.domains(app.id), { enabled: app.domains.length > 0 });
  if (app.domains.length === 0) return null;
  if (query.isError && !query.data) return <LoadFailure query={query} what="the DNS of this app’s names" />;
  return (
    <Panel
      title="Domains"
      aside={
        <Button
          size="sm"
          variant="ghost"
          disabled={query.isFetching}
          icon={<RefreshCw aria-hidden className="size-3.5" />}
          onClick={() => void query.refetch()}
        >
          Ask the DNS again
        </Button>
      }
    >
      {query.data ? (
        <ul className="-my-2.5 divide-y text-sm">
          {query.data.domains.map(({ name, points, text }) => (
            <li key={name} className="flex flex-col gap-0.5 py-2.5">
              <span className="flex flex-wrap items-baseline justify-between gap-x-4">
                <span className="min-w-0 break-all font-mono text-[0.8125rem]">{name}</span>
                <StateBadge {...words[points]} />
              </span>
              {points === 'here' ? null : <span className="text-ink-muted">{text}</span>}
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton className="h-10" />
      )}
    </Panel>
  );
}
