import type { Overview } from '@fairlead/api/types';
import { Panel, StateBadge } from '@fairlead/ui';
import Link from 'next/link';
import { TextLink } from '../../../parts/text-link.tsx';

/** Every server with its state; a click tells the rest. */
export function FleetList({ servers }: { servers: Overview['servers'] }) {
  return (
    <Panel title="Servers" aside={<TextLink href="/servers">All</TextLink>} flush>
      <ul className="divide-y border-t">
        {servers.map((server) => (
          <li key={server.id}>
            <Link
              href={`/servers/${server.id}`}
              className="flex h-11 items-center justify-between gap-3 px-4 text-sm transition-colors hover:bg-hover focus-visible:-outline-offset-2"
            >
              <span className="min-w-0 truncate">
                {server.name}
                <span className="ml-2 font-mono text-ink-faint text-xs">{server.address}</span>
              </span>
              <StateBadge state={server.status} />
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
