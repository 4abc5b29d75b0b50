'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import {
  Button,
  type Column,
  Copyable,
  KeyValue,
  Note,
  Panel,
  RelativeTime,
  StateBadge,
  Table,
} from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { HostedPanel } from './hosted-panel.tsx';
import { RedisPanel } from './redis-panel.tsx';

const RotateDialog = dynamic(() => import('./rotate-dialog.tsx').then((module) => module.RotateDialog), {
  ssr: false,
});

type Backend = LoadBalancer['backends'][number];
const engines = { postgresql: 'PostgreSQL', mariadb: 'MariaDB', none: 'None' };

const columns: Column<Backend>[] = [
  {
    key: 'server',
    header: 'Backend',
    primary: true,
    cell: (backend) => <TextLink href={`/servers/${backend.server.id}`}>{backend.server.name}</TextLink>,
  },
  {
    key: 'way',
    header: 'Reaches it by',
    cell: (backend) => (
      <span className="text-ink-muted">
        {backend.role === 'primary' ? 'loopback, the same machine' : 'the network'}
      </span>
    ),
  },
  {
    key: 'from',
    header: 'Let in from',
    cell: (backend) =>
      backend.role === 'primary' ? (
        <code className="font-mono text-xs">127.0.0.1</code>
      ) : (
        <Copyable text={backend.address} label={`Copy address of ${backend.server.name}`} />
      ),
  },
  {
    key: 'state',
    header: 'Backend’s state',
    align: 'right',
    cell: (backend) => <StateBadge state={backend.state} />,
  },
];

function DatabaseFacts({ app }: { app: App }) {
  const { engine, name, user, host, port } = app.database;
  const may = useMay();
  const [isRotating, setRotating] = useState(false);
  return (
    <Panel
      title={engines[engine]}
      aside={<TextLink href={`/servers/${app.primaryServer.id}`}>{app.primaryServer.name}</TextLink>}
    >
      <KeyValue
        className="-my-2.5"
        rows={[
          {
            label: 'Host',
            value: host ? <Copyable text={host} label="Copy database host" /> : 'not known yet',
          },
          { label: 'Port', value: <span className="tabular">{port ?? 'not known yet'}</span> },
          {
            label: 'Database',
            value: name ? (
              <Copyable text={name} label="Copy database name" />
            ) : (
              'made at the first deployment'
            ),
          },
          {
            label: 'User',
            value: user ? (
              <Copyable text={user} label="Copy database user" />
            ) : (
              'made at the first deployment'
            ),
          },
          {
            label: 'Connections',
            value: app.database.tls ? 'encrypted, from other machines' : 'encrypted or not',
          },
          {
            label: 'Password',
            value: (
              <span className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
                <span className="text-ink-muted">
                  in the environment of each backend as DB_PASSWORD, and nowhere else;{' '}
                  {app.database.rotating ? (
                    'backends are going over to another one, and both open the database'
                  ) : (
                    <>
                      made <RelativeTime at={app.database.passwordSetAt ?? app.createdAt} />
                    </>
                  )}
                </span>
                {may('database.rotate') && app.status !== 'new' ? (
                  <Button size="sm" onClick={() => setRotating(true)}>
                    {app.database.rotating ? 'Finish the change' : 'Change password'}
                  </Button>
                ) : null}
              </span>
            ),
          },
        ]}
      />
      {isRotating ? <RotateDialog app={app} onClose={() => setRotating(false)} /> : null}
    </Panel>
  );
}

/** Where the app's data is, and who is let in. */
export function DatabasePage({ appId }: { appId: string }) {
  const app = useApp(appId);
  const balancer = useResource(resources.loadBalancer(appId));
  if (!app) return null;
  if (app.database.engine === 'none') {
    return (
      <>
        <HostedPanel app={app} />
        <RedisPanel app={app} />
      </>
    );
  }
  return (
    <>
      <DatabaseFacts app={app} />
      <RedisPanel app={app} />
      <section aria-label="Who is let in" className="flex flex-col gap-3">
        <div>
          <h2 className="text-base">Who is let in</h2>
          <p className="text-ink-muted text-sm">
            The ports of the database and of Redis are open for these addresses alone, and so are the
            database’s accounts. A backend that is removed loses both.
          </p>
        </div>
        {balancer.data ? (
          <Table
            label="Who may reach the database"
            columns={columns}
            rows={balancer.data.backends.filter((backend) => backend.desired !== 'removed')}
            rowKey={(backend) => backend.id}
            empty={<Note>No backend yet.</Note>}
          />
        ) : balancer.isError ? (
          <LoadFailure query={balancer} what="the backends" />
        ) : null}
      </section>
    </>
  );
}
