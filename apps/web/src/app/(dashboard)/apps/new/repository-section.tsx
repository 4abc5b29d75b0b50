'use client';
import type { RepositoryInspection } from '@fairlead/api/types';
import { Button, ErrorNote, Field, Input, Panel, Select, ToneIcon } from '@fairlead/ui';
import { type KeyboardEvent, useState } from 'react';
import { useAction } from '../../../../data/use-action.tsx';
import { runtimeNames } from '../../../../parts/runtime-names.ts';
import { shortCommit } from '../../../../parts/units.ts';
import { type AppDraft, nameOf, withInspection } from './draft.ts';
import { FolderChoice } from './folder-choice.tsx';
import { FoundValues } from './found-values.tsx';

export interface SectionProps {
  draft: AppDraft;
  set: (change: Partial<AppDraft>) => void;
  fields: Record<string, string>;
}

/** Where the code is; read live, so that a typing slip shows here and not at the first deployment. */
export function RepositorySection({
  draft,
  set,
  fields,
  onFound,
}: SectionProps & { onFound: (found: RepositoryInspection | null) => void }) {
  const [isUnread, setUnread] = useState(false);
  // Those of the root stay in sight while one of them is read.
  const [folders, setFolders] = useState<RepositoryInspection['folders']>([]);
  const inspect = useAction<RepositoryInspection>({ failure: 'Could not read the repository', quiet: true });
  const look = (asked: { branch?: string; folder?: string } = {}) => {
    const { branch, folder = draft.folder.trim() } = asked;
    const body = {
      repositoryUrl: draft.repositoryUrl.trim(),
      ...(branch ? { branch } : {}),
      ...(folder === '' ? {} : { rootDirectory: folder }),
    };
    inspect.run(
      { method: 'POST', path: '/repositories/inspect', body },
      {
        onSuccess: (answer) => {
          set(withInspection({ ...draft, folder }, answer));
          setUnread(false);
          if (folder === '') setFolders(answer.folders);
          onFound(answer);
        },
      },
    );
  };
  const lookOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    look();
  };
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
              onKeyDown={lookOnEnter}
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
        <Field
          name="folder"
          label="Folder"
          optional
          error={inspect.fields.rootDirectory ?? fields.rootDirectory}
          hint="Of a repository with several apps, the one to read, e.g. apps/web."
        >
          <Input
            mono
            value={draft.folder}
            onChange={(event) => set({ folder: event.target.value, rootDirectory: event.target.value })}
            onKeyDown={lookOnEnter}
          />
        </Field>
        {inspect.error && !inspect.fields.repositoryUrl && !inspect.fields.rootDirectory ? (
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
                    onFound(null);
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
              <ToneIcon tone={found.evidence.length > 0 ? 'healthy' : 'unknown'} className="mt-0.75" />
              <span>
                <b>{headline(found)}</b>. Newest commit of {draft.branch}:{' '}
                <code className="font-mono text-xs">{shortCommit(found.commit)}</code>
              </span>
            </p>
            <FolderChoice
              folders={folders}
              folder={draft.folder}
              choose={(folder) => look({ folder, branch: draft.branch })}
            />
            <FoundValues found={found} />
            <div className="grid gap-5 sm:grid-cols-2">
              <Field label="Branch" error={inspect.fields.branch ?? fields.branch}>
                <Select
                  label="Branch"
                  value={draft.branch}
                  onChange={(branch) => {
                    set({ branch });
                    look({ branch });
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

function headline({ runtime, evidence, folders }: RepositoryInspection): string {
  if (evidence.length > 0) return runtimeNames[runtime];
  return folders.length > 0
    ? 'No app in the root'
    : `${runtimeNames[runtime]}, as nothing else was recognised`;
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
