'use client';
import type { RepositoryInspection } from '@fairlead/api/types';
import { Button, ErrorNote, Field, Input, Panel, Select, ToneIcon } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../data/use-action.tsx';
import { runtimeNames } from '../../../../parts/runtime-names.ts';
import { shortCommit } from '../../../../parts/units.ts';
import { type AppDraft, nameOf, withInspection } from './draft.ts';
import { FoundValues } from './found-values.tsx';

export interface SectionProps {
  draft: AppDraft;
  set: (change: Partial<AppDraft>) => void;
  fields: Record<string, string>;
}

/** Where the code is; read live, so that a typing slip shows here and not at the first deployment. */
export function RepositorySection({ draft, set, fields, onFound }: SectionProps & { onFound: () => void }) {
  const [isUnread, setUnread] = useState(false);
  const inspect = useAction<RepositoryInspection>({ failure: 'Could not read the repository', quiet: true });
  const look = (branch?: string) =>
    inspect.run(
      {
        method: 'POST',
        path: '/repositories/inspect',
        body: { repositoryUrl: draft.repositoryUrl.trim(), ...(branch ? { branch } : {}) },
      },
      {
        onSuccess: (answer) => {
          set(withInspection(draft, answer));
          setUnread(false);
          onFound();
        },
      },
    );
  const found = inspect.answer;
  return (
    <Panel title="Repository" description="Fairlead reads it now, and fetches it again at each deployment.">
      <div className="flex flex-col gap-5">
        <Field
          name="repositoryUrl"
          label="Repository URL"
          error={inspect.fields.repositoryUrl ?? fields.repositoryUrl}
        >
          <div className="flex gap-2">
            <Input
              mono
              required
              autoFocus
              placeholder="https://git.example.com/team/app.git"
              value={draft.repositoryUrl}
              onChange={(event) => set({ repositoryUrl: event.target.value })}
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                event.preventDefault();
                look();
              }}
            />
            <Button
              variant={found ? 'secondary' : 'primary'}
              disabled={draft.repositoryUrl.trim() === ''}
              pending={inspect.pending && 'Reading…'}
              onClick={() => look()}
            >
              Read repository
            </Button>
          </div>
        </Field>
        {inspect.error && !inspect.fields.repositoryUrl ? (
          <>
            <ErrorNote title="Could not read the repository" error={inspect.error} />
            {isUnread ? null : (
              <p className="flex flex-wrap items-center justify-between gap-3 text-ink-muted text-sm">
                A private repository gets its token or deploy key in the app’s settings.
                <Button
                  size="sm"
                  onClick={() => {
                    set({ branch: draft.branch || 'main', name: draft.name || nameOf(draft.repositoryUrl) });
                    setUnread(true);
                    onFound();
                  }}
                >
                  It is private: go on
                </Button>
              </p>
            )}
          </>
        ) : null}
        {isUnread && !found ? <UnreadFields draft={draft} set={set} fields={fields} /> : null}
        {found ? (
          <>
            <p className="flex items-start gap-2 text-sm">
              <ToneIcon tone="healthy" className="mt-0.75" />
              <span>
                <b>{runtimeNames[found.runtime]}</b>
                {found.evidence.length === 0 ? ', as nothing else was recognised' : null}. Newest commit of{' '}
                {draft.branch}: <code className="font-mono text-xs">{shortCommit(found.commit)}</code>
              </span>
            </p>
            <FoundValues found={found} />
            <div className="grid gap-5 sm:grid-cols-2">
              <Field label="Branch" error={inspect.fields.branch ?? fields.branch}>
                <Select
                  label="Branch"
                  value={draft.branch}
                  onChange={(branch) => {
                    set({ branch });
                    look(branch);
                  }}
                  options={found.branches.map((branch) => ({ value: branch, label: branch }))}
                />
              </Field>
              <Field
                name="name"
                label="Name"
                error={fields.name}
                hint="As it is called here and on the servers."
              >
                <Input
                  required
                  maxLength={100}
                  value={draft.name}
                  onChange={(event) => set({ name: event.target.value })}
                />
              </Field>
            </div>
          </>
        ) : null}
      </div>
    </Panel>
  );
}

/** What nothing could be read for. */
function UnreadFields({ draft, set, fields }: SectionProps) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <Field name="branch" label="Branch" error={fields.branch}>
        <Input
          mono
          required
          value={draft.branch}
          onChange={(event) => set({ branch: event.target.value.trim() })}
        />
      </Field>
      <Field name="name" label="Name" error={fields.name} hint="As it is called here and on the servers.">
        <Input
          required
          maxLength={100}
          value={draft.name}
          onChange={(event) => set({ name: event.target.value })}
        />
      </Field>
    </div>
  );
}
