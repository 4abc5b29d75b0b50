'use client';
import type { App, HostedDatabase } from '@fairlead/api/types';
import {
  Button,
  ConfirmDialog,
  Copyable,
  EmptyState,
  KeyValue,
  Note,
  Panel,
  RelativeTime,
} from '@fairlead/ui';
import { Database } from 'lucide-react';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { HostedChecks } from './hosted-checks.tsx';
import { HostedDialog } from './hosted-dialog.tsx';

type Hosted = NonNullable<HostedDatabase['hosted']>;
const engines = { postgresql: 'PostgreSQL elsewhere', mariadb: 'MariaDB or MySQL elsewhere' };
const ways = { off: 'not encrypted', require: 'encrypted', verify: 'encrypted, certificate verified' };

/** A database that runs elsewhere: what the backends are told, and whether each of them can use it. */
export function HostedPanel({ app }: { app: App }) {
  const read = useResource(resources.hostedDatabase(app.id));
  const [isOpen, setOpen] = useState(false);
  const may = useMay();
  if (read.isError) return <LoadFailure query={read} what="the database" />;
  if (read.data === undefined) return null;
  const { hosted } = read.data;
  const dialog = isOpen ? <HostedDialog app={app} hosted={hosted} onClose={() => setOpen(false)} /> : null;
  if (hosted !== null) {
    return (
      <>
        <HostedFacts app={app} hosted={hosted} onEdit={() => setOpen(true)} />
        <HostedChecks app={app} hosted={hosted} />
        {dialog}
      </>
    );
  }
  return (
    <>
      <EmptyState
        icon={<Database />}
        title="No database yet"
        action={
          may('hosted-database.set') ? (
            <Button onClick={() => setOpen(true)}>Use a database elsewhere</Button>
          ) : null
        }
      >
        {app.name} was made without one of Fairlead’s. A database that runs elsewhere is used as it is:
        Fairlead tells each backend its account, tests it from there, and changes nothing in it.
      </EmptyState>
      {dialog}
    </>
  );
}

function HostedFacts({ app, hosted, onEdit }: { app: App; hosted: Hosted; onEdit: () => void }) {
  const may = useMay();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction({ failure: 'Could not forget the database', onSuccess: () => setAsking(false) });
  return (
    <Panel
      title={engines[hosted.engine]}
      aside={
        may('hosted-database.set') ? (
          <span className="flex gap-2">
            <Button size="sm" onClick={onEdit}>
              Change
            </Button>
            <Button size="sm" onClick={() => setAsking(true)}>
              Forget
            </Button>
          </span>
        ) : null
      }
    >
      <KeyValue
        className="-my-2.5"
        rows={[
          { label: 'Host', value: <Copyable text={hosted.host} label="Copy database host" /> },
          { label: 'Port', value: <span className="tabular">{hosted.port}</span> },
          { label: 'Database', value: <Copyable text={hosted.name} label="Copy database name" /> },
          { label: 'User', value: <Copyable text={hosted.user} label="Copy database user" /> },
          { label: 'Connection', value: ways[hosted.tls] },
          {
            label: 'Set',
            value: <RelativeTime at={hosted.setAt} />,
          },
        ]}
      />
      {hosted.pending ? (
        <div className="mt-4">
          <Note>
            The next deployment brings it to the backends; until then they go on with what they were told
            before.
          </Note>
        </div>
      ) : null}
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title="Forget this database?"
        action="Forget"
        pending={remove.pending && 'Forgetting…'}
        onConfirm={() => remove.run({ method: 'DELETE', path: `/apps/${app.id}/hosted-database` })}
      >
        Fairlead forgets its account. Nothing is changed there, and backends keep what they were told until
        the next deployment.
      </ConfirmDialog>
    </Panel>
  );
}
