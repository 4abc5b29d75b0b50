'use client';
import { Note, Panel, RadioCards, StateBadge } from '@fairlead/ui';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';
import { TextLink } from '../../../../parts/text-link.tsx';
import { count, formatMemory } from '../../../../parts/units.ts';
import type { SectionProps } from './repository-section.tsx';
import { VersionNote } from './version-note.tsx';

/** Where it runs first, and whether a database comes with it. */
export function ServerSection({ draft, set, fields }: SectionProps) {
  const servers = useResource(resources.servers);
  const items = servers.data?.items ?? [];
  const ready = items.filter((server) => server.status === 'ready');
  return (
    <Panel
      title="Primary server"
      description="The app runs here first. Later it is also the balancer and the home of the shared database."
    >
      <div className="flex flex-col gap-5">
        {ready.length === 0 ? (
          <Note tone="warning">
            No server is ready yet. <TextLink href="/servers/new">Add one</TextLink> and prepare it, then come
            back.
          </Note>
        ) : (
          <RadioCards
            label="Primary server"
            columns={2}
            value={draft.primaryServerId}
            onChange={(primaryServerId) => set({ primaryServerId })}
            cards={ready.map((server) => ({
              value: server.id,
              label: server.name,
              detail: (
                <>
                  <span className="font-mono text-xs">{server.address}</span>
                  {server.facts
                    ? ` · ${count(server.facts.cores, 'core')} · ${formatMemory(server.facts.memoryBytes)}`
                    : ''}
                </>
              ),
              aside: <StateBadge state={server.status} />,
            }))}
          />
        )}
        <VersionNote draft={draft} server={ready.find(({ id }) => id === draft.primaryServerId)} />
        {fields.primaryServerId ? (
          <p className="text-sm text-unhealthy-ink">{fields.primaryServerId}</p>
        ) : null}
        <div className="flex flex-col gap-2">
          <h3 className="text-sm">Database</h3>
          <RadioCards
            label="Database"
            columns={3}
            value={draft.databaseEngine}
            onChange={(databaseEngine) => set({ databaseEngine })}
            cards={[
              {
                value: 'none',
                label: 'None',
                detail: 'Or one that runs elsewhere: set it in the environment.',
              },
              {
                value: 'postgresql',
                label: 'PostgreSQL',
                detail: 'On the primary; DB_HOST and the rest are set.',
              },
              { value: 'mariadb', label: 'MariaDB', detail: 'On the primary; DB_HOST and the rest are set.' },
            ]}
          />
          {fields.databaseEngine ? (
            <p className="text-sm text-unhealthy-ink">{fields.databaseEngine}</p>
          ) : null}
        </div>
      </div>
    </Panel>
  );
}
