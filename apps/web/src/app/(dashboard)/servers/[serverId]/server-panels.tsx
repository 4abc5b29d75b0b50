import type { Server } from '@fairlead/api/types';
import { KeyValue, type KeyValueRow, Panel, RelativeTime } from '@fairlead/ui';
import { TextLink } from '../../../../parts/text-link.tsx';
import { count } from '../../../../parts/units.ts';
import { CheckList } from './check-list.tsx';

/** Which apps need this machine, and as what. */
export function ServerApps({ server }: { server: Server }) {
  return (
    <Panel title="Apps" flush>
      {server.apps.length === 0 ? (
        <p className="px-4 pb-4 text-ink-muted text-sm">No app runs here yet.</p>
      ) : (
        <ul className="divide-y border-t">
          {server.apps.map((app) => (
            <li
              key={app.id}
              className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 px-4 py-2 text-sm"
            >
              <span className="flex flex-wrap items-baseline gap-x-3">
                <TextLink href={`/apps/${app.id}`}>{app.name}</TextLink>
                {app.changesByHand > 0 ? (
                  <TextLink href={`/apps/${app.id}/config`}>
                    {count(app.changesByHand, 'change')} made by hand
                  </TextLink>
                ) : null}
              </span>
              <span className="text-ink-muted">{app.roles.join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** What Fairlead installed here and keeps here. */
export function ServerManaged({ server }: { server: Server }) {
  const { facts } = server;
  const missing = <span className="text-ink-faint">not installed</span>;
  const rows: KeyValueRow[] = [
    {
      label: 'Nginx',
      value: facts?.nginx ? `${facts.nginx.version}${facts.nginx.running ? '' : ', not running'}` : missing,
    },
    { label: 'Node.js', value: facts?.node ?? missing },
    { label: 'Python', value: facts?.python ?? missing },
    { label: 'Podman', value: facts?.docker ?? missing },
    { label: 'PHP', value: facts?.php ?? missing },
    {
      label: 'PostgreSQL',
      value: facts?.postgresql
        ? `${facts.postgresql.version}${facts.postgresql.maxConnections ? `, at most ${facts.postgresql.maxConnections} connections` : ''}`
        : missing,
    },
    {
      label: 'MariaDB',
      value: facts?.mariadb
        ? `${facts.mariadb.version}${facts.mariadb.maxConnections ? `, at most ${facts.mariadb.maxConnections} connections` : ''}`
        : missing,
    },
    { label: 'Redis', value: facts?.redis ?? missing },
    { label: 'Firewall', value: facts?.firewall ?? missing },
    { label: 'Host program', value: server.hostVersion ? `version ${server.hostVersion}` : missing },
    {
      label: 'Files',
      value: <code className="font-mono text-xs">/etc/nginx/fairlead, /srv/fairlead, /etc/fairlead</code>,
    },
    { label: 'Prepared', value: <RelativeTime at={server.preparedAt} /> },
  ];
  return (
    <Panel title="Managed by Fairlead" description="Everything that Fairlead put on this machine.">
      <KeyValue rows={rows} className="-mb-2.5" />
    </Panel>
  );
}

/** The last connection check, where it has something to say. */
export function ServerChecks({ server }: { server: Server }) {
  if (server.checks.length === 0) return null;
  return (
    <Panel title="Connection">
      <CheckList checks={server.checks} />
    </Panel>
  );
}
