import type { App } from '@fairlead/api/types';
import { buttonClasses, LogoMark, Panel } from '@fairlead/ui';
import Link from 'next/link';
import { useMay } from '../../../../../shell/me.tsx';

const happens = [
  [
    'The primary keeps serving',
    'It answers requests before, during and after; it becomes one backend of several.',
  ],
  [
    'The same commit goes to more servers',
    'The same repository, build steps and configuration, side by side.',
  ],
  ['Nginx shares requests out', 'An upstream on the balancer, verified before it counts as done.'],
  ['The database is shared', 'Its port opens for each backend’s address alone, and closes again with it.'],
] as const;

/** What load balancing is, before there is any. */
export function BalancerOff({ app }: { app: App }) {
  const may = useMay();
  return (
    <Panel>
      <div className="flex flex-col items-start gap-6 p-2 sm:p-6">
        <div>
          <LogoMark className="size-9 text-ink" />
          <h2 className="mt-4 text-xl">One server answers every request of {app.name}</h2>
          <p className="mt-1 max-w-prose text-ink-muted">
            Enable the load balancer to run it on several. You see the whole plan before anything changes.
          </p>
        </div>
        <ul className="grid w-full gap-x-8 gap-y-4 sm:grid-cols-2">
          {happens.map(([title, text]) => (
            <li key={title} className="border-l-2 border-line-strong pl-3">
              <p className="font-medium text-sm">{title}</p>
              <p className="text-ink-muted text-sm">{text}</p>
            </li>
          ))}
        </ul>
        {may('load-balancer.enable') ? (
          app.status === 'live' ? (
            <Link href={`/apps/${app.id}/load-balancer/enable`} className={buttonClasses('primary')}>
              Enable Load Balancer
            </Link>
          ) : (
            <p className="text-ink-muted text-sm">
              Deploy {app.name} first: what runs on the primary is what goes to the other servers.
            </p>
          )
        ) : (
          <p className="text-ink-muted text-sm">It takes the role admin to enable it.</p>
        )}
      </div>
    </Panel>
  );
}
