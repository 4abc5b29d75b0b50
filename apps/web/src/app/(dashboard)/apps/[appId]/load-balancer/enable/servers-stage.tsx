'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Checkbox, Note, Skeleton, StateBadge } from '@fairlead/ui';
import { clsx } from 'clsx';
import { TextLink } from '../../../../../../parts/text-link.tsx';
import { describeServer, useServerChoice } from '../server-choice.tsx';

interface ServersStageProps {
  app: App;
  balancer: LoadBalancer;
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

/** The servers that become backends beside the primary. */
export function ServersStage({ app, balancer, chosen, onChange }: ServersStageProps) {
  const choice = useServerChoice(app, balancer);
  if (!choice) return <Skeleton className="h-32 rounded-lg" />;
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center justify-between gap-4 rounded-lg border border-dashed px-3 py-2.5 text-sm">
        <span>
          <b>{app.primaryServer.name}</b>{' '}
          <span className="text-ink-muted">the primary and the balancer; it stays as it is</span>
        </span>
      </div>
      {choice.free.map((server) => (
        <div
          key={server.id}
          className={clsx(
            'relative flex items-start justify-between gap-4 rounded-lg border px-3 py-2.5',
            chosen.includes(server.id)
              ? 'border-ink ring-1 ring-ink ring-inset'
              : 'border-line-strong hover:border-control',
          )}
        >
          <Checkbox
            className="static min-w-0 flex-1"
            checked={chosen.includes(server.id)}
            onChange={(checked) =>
              onChange(checked ? [...chosen, server.id] : chosen.filter((id) => id !== server.id))
            }
            label={<span className="font-medium">{server.name}</span>}
            detail={describeServer(server)}
          />
          <StateBadge state={server.status} />
        </div>
      ))}
      {choice.busy.map(({ server, why }) => (
        <div
          key={server.id}
          className="flex items-center justify-between gap-4 rounded-lg border px-3 py-2.5 text-sm"
        >
          <span className="text-ink-muted">
            {server.name} {why}
          </span>
          <StateBadge state={server.status} />
        </div>
      ))}
      {choice.free.length === 0 ? (
        <Note tone="warning">
          No other server is ready. <TextLink href="/servers/new">Add one</TextLink> and check its connection,
          then come back.
        </Note>
      ) : null}
    </div>
  );
}
