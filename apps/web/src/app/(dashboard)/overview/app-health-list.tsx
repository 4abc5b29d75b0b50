'use client';
import type { App } from '@fairlead/api/types';
import { HealthBar, Panel, RelativeTime, StateBadge } from '@fairlead/ui';
import Link from 'next/link';
import { resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';
import { appState, backendsInWords } from '../../../parts/app-state.ts';
import { appSlots, emptySlots } from '../../../parts/health-slots.ts';
import { TextLink } from '../../../parts/text-link.tsx';
import { shortCommit } from '../../../parts/units.ts';

function AppHealthRow({ app }: { app: App }) {
  const health = useResource(resources.health(app.id, 24), { enabled: app.status !== 'new' });
  return (
    <li className="relative px-4 py-3.5 transition-colors has-[.row-link:hover]:bg-hover">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-0.5">
        <Link
          href={`/apps/${app.id}`}
          className="row-link min-w-0 truncate font-medium text-sm after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2"
        >
          {app.name}
          <span className="ml-2 font-normal text-ink-faint">
            {app.domains[0] ?? app.primaryServer.address}
          </span>
        </Link>
        <StateBadge state={appState(app)} label={app.status === 'live' ? backendsInWords(app) : undefined} />
      </div>
      <HealthBar
        className="mt-2"
        label={`Health of ${app.name} in the last 24 hours`}
        slots={health.data ? appSlots(health.data) : emptySlots}
      />
      <p className="mt-1.5 flex flex-wrap justify-between gap-x-4 text-ink-faint text-xs">
        <span>24 h ago</span>
        {app.lastDeployment ? (
          <span>
            {app.lastDeployment.commit ? (
              <code className="font-mono">{shortCommit(app.lastDeployment.commit)}</code>
            ) : (
              `#${app.lastDeployment.number}`
            )}{' '}
            <RelativeTime at={app.lastDeployment.finishedAt ?? app.lastDeployment.createdAt} />
          </span>
        ) : (
          <span>not deployed yet</span>
        )}
        <span>now</span>
      </p>
    </li>
  );
}

/** Every app with its last day as bars. */
export function AppHealthList({ apps }: { apps: App[] }) {
  return (
    <Panel title="Apps" aside={<TextLink href="/apps">All</TextLink>} flush>
      <ul className="divide-y border-t">
        {apps.map((app) => (
          <AppHealthRow key={app.id} app={app} />
        ))}
      </ul>
    </Panel>
  );
}
