'use client';
import type { App, Environment, RepositoryInspection } from '@fairlead/api/types';
import { Button, buttonClasses, ErrorNote, notify, PageHeader } from '@fairlead/ui';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { shownError } from '../../../../data/problem.ts';
import { request } from '../../../../data/request.ts';
import { useAction } from '../../../../data/use-action.tsx';
import { TextLink } from '../../../../parts/text-link.tsx';
import { type AppDraft, createBody, emptyDraft, environmentBody } from './draft.ts';
import { ReachSection } from './reach-section.tsx';
import { RepositorySection } from './repository-section.tsx';
import { RuntimeSection } from './runtime-section.tsx';
import { ServerSection } from './server-section.tsx';

/** A repository becomes an app, in one page from top to bottom. */
export function NewAppPage() {
  const router = useRouter();
  const [draft, setDraft] = useState(emptyDraft);
  const [isOpen, setOpen] = useState(false);
  const [found, setFound] = useState<RepositoryInspection | null>(null);
  const create = useAction<App>({ failure: 'Could not create the app', quiet: true });
  const set = (change: Partial<AppDraft>) => setDraft((before) => ({ ...before, ...change }));

  const submit = () =>
    create.run(
      { method: 'POST', path: '/apps', body: createBody(draft) },
      {
        onSuccess: (app) => {
          const body = environmentBody(draft);
          const open = () => router.push(`/apps/${app.id}`);
          if (body === null) return open();
          // The app is there already: what its environment lacks is said on the page where it can be mended.
          request<Environment>('PUT', `/apps/${app.id}/environment`, body).then(open, (thrown) => {
            notify({
              title: 'The app was created, its environment was not set',
              description: shownError(thrown).message,
              tone: 'unhealthy',
            });
            router.push(`/apps/${app.id}/environment`);
          });
        },
      },
    );

  const onFound = (answer: RepositoryInspection | null) => {
    setFound(answer);
    setOpen(true);
  };
  const sections = { draft, set, fields: create.fields };
  return (
    <>
      <PageHeader
        above={<TextLink href="/apps">Apps</TextLink>}
        title="New app"
        answer="Give the repository; what can be read from it fills the rest."
      />
      <form
        className="flex max-w-3xl flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <RepositorySection {...sections} onFound={onFound} />
        {isOpen ? (
          <>
            <RuntimeSection {...sections} found={found} />
            <ServerSection {...sections} />
            <ReachSection {...sections} />
            {create.error ? <ErrorNote title="Could not create the app" error={create.error} /> : null}
            <div className="flex items-center justify-end gap-2">
              <Link href="/apps" className={buttonClasses('ghost')}>
                Cancel
              </Link>
              <Button type="submit" variant="primary" pending={create.pending && 'Creating…'}>
                Create app
              </Button>
            </div>
          </>
        ) : null}
      </form>
    </>
  );
}
