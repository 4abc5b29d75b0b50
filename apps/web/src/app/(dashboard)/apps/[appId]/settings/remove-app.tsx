'use client';
import type { App } from '@fairlead/api/types';
import { Button, ConfirmDialog, Panel } from '@fairlead/ui';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useAction } from '../../../../../data/use-action.tsx';
import { useResource } from '../../../../../data/use-resource.ts';
import { count } from '../../../../../parts/units.ts';

/** The end of an app, on every server that it is on. */
export function RemoveApp({ app }: { app: App }) {
  const [open, setOpen] = useState(false);
  const remove = useAction({ failure: `Could not remove ${app.name}`, onSuccess: () => setOpen(false) });
  const database = app.database.engine !== 'none';
  const { data } = useResource(resources.redis(app.id));
  return (
    <Panel title="Remove this app">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-prose text-ink-muted text-sm">
          It stops answering, and everything of it goes from its servers. The repository is not touched.
        </p>
        <Button
          disabled={app.activeOperation !== null || app.status === 'removing'}
          onClick={() => setOpen(true)}
        >
          Remove {app.name}
        </Button>
      </div>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={`Remove ${app.name}?`}
        action={`Remove ${app.name}`}
        typeToConfirm={app.name}
        pending={remove.pending && 'Starting…'}
        onConfirm={() =>
          remove.run({ method: 'DELETE', path: `/apps/${app.id}`, body: { confirm: app.name } })
        }
      >
        <p>Lost for good:</p>
        <ul className="list-disc pl-5">
          <li>its releases and files on {count(app.backends.total, 'server')}</li>
          {database ? (
            <li>
              <b className="text-ink">its database {app.database.name ?? ''} with all data in it</b>
            </li>
          ) : null}
          {data?.redis ? (
            <li>
              <b className="text-ink">its Redis with all that it holds</b>
            </li>
          ) : null}
          <li>its environment, deployments, configurations and health history</li>
        </ul>
      </ConfirmDialog>
    </Panel>
  );
}
