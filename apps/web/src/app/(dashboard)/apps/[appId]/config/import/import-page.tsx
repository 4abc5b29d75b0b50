'use client';
import type { ImportList } from '@fairlead/api/types';
import { Button, EmptyState, Note, Panel, RelativeTime, Skeleton } from '@fairlead/ui';
import { FileSearch } from 'lucide-react';
import { resources } from '../../../../../../data/resources.ts';
import { useAction } from '../../../../../../data/use-action.tsx';
import { useResource } from '../../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../../parts/load-failure.tsx';
import { TextLink } from '../../../../../../parts/text-link.tsx';
import { useMay } from '../../../../../../shell/me.tsx';
import { useApp } from '../../use-app.ts';
import { ForeignFile } from './foreign-file.tsx';

function ReadButton({ appId, again }: { appId: string; again: boolean }) {
  const app = useApp(appId);
  const read = useAction({ failure: 'Could not read the config' });
  const reading = read.pending || app?.activeOperation?.kind === 'import.read';
  return (
    <Button
      variant={again ? 'secondary' : 'primary'}
      pending={reading && 'Reading…'}
      onClick={() => read.run({ method: 'POST', path: `/apps/${appId}/imports/read` })}
    >
      {again ? 'Read again' : 'Read the config'}
    </Button>
  );
}

function Files({ appId, list }: { appId: string; list: ImportList }) {
  const { items, leftOut, server } = list;
  if (items.length === 0) {
    return (
      <EmptyState icon={<FileSearch />} title="Nothing to import">
        Nginx on {server.name} serves nothing but what Fairlead put there.
      </EmptyState>
    );
  }
  return (
    <>
      {items.map((item) => (
        <ForeignFile key={item.path} appId={appId} item={item} />
      ))}
      {leftOut.length === 0 ? null : (
        <Note>Not read: {leftOut.map(({ path, why }) => `${path} (${why})`).join(', ')}.</Note>
      )}
    </>
  );
}

function Imported({ imported }: Pick<ImportList, 'imported'>) {
  if (imported.length === 0) return null;
  return (
    <Panel title="Imported">
      <ul className="flex flex-col gap-2 text-sm">
        {imported.map(({ path, serverName, importedAt }) => (
          <li key={`${serverName} ${path}`}>
            <code className="break-all font-mono">{path}</code> on {serverName},{' '}
            <span className="text-ink-muted">
              <RelativeTime at={importedAt} />
            </span>
          </li>
        ))}
      </ul>
      <p className="mt-3 text-ink-muted text-sm">
        They are kept on the server, out of service. Removing the app puts them back.
      </p>
    </Panel>
  );
}

/** What the balancer's Nginx serves beside Fairlead's own, and what the app would take over of it. */
export function ImportPage({ appId }: { appId: string }) {
  const query = useResource(resources.imports(appId));
  const may = useMay();
  const list = query.data;
  if (!list) {
    return query.isError ? (
      <LoadFailure query={query} what="the configs of the balancer" />
    ) : (
      <Skeleton className="h-96 rounded-lg" />
    );
  }
  const { server, readAt } = list;
  return (
    <div className="flex max-w-4xl flex-col gap-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex max-w-xl flex-col gap-1">
          <h2 className="text-base">Import an existing config</h2>
          <p className="text-ink-muted text-sm">
            Sites that <TextLink href={`/servers/${server.id}`}>{server.name}</TextLink> serves from files of
            its own become part of this app, and its front takes their place without losing a request.
            {readAt === null ? null : (
              <>
                {' '}
                Read <RelativeTime at={readAt} />.
              </>
            )}
          </p>
        </div>
        {may('import.read') && readAt !== null ? <ReadButton appId={appId} again /> : null}
      </div>
      {readAt === null ? (
        <EmptyState
          icon={<FileSearch />}
          title="Not read yet"
          action={may('import.read') ? <ReadButton appId={appId} again={false} /> : undefined}
        >
          Fairlead asks Nginx on {server.name} which files it loads. Nothing is changed there.
        </EmptyState>
      ) : (
        <Files appId={appId} list={list} />
      )}
      <Imported imported={list.imported} />
    </div>
  );
}
