'use client';
import type { RepositoryInspection } from '@fairlead/api/types';
import { hasProcess } from '@fairlead/core/runtimes';
import { Field, Input, Panel, RadioCards } from '@fairlead/ui';
import { ContainerFields } from './container-fields.tsx';
import { withRuntime } from './draft.ts';
import type { SectionProps } from './repository-section.tsx';

/** What it is and how it is built and started. */
export function RuntimeSection({ found, ...props }: SectionProps & { found: RepositoryInspection | null }) {
  const { draft, set } = props;
  const isFound = found !== null && found.evidence.length > 0;
  return (
    <Panel
      title="Runtime"
      description={
        isFound
          ? 'Found in the files; change it where you know better.'
          : 'Nothing in the files says it: choose.'
      }
    >
      <div className="flex flex-col gap-5">
        <RadioCards
          label="Runtime"
          columns={2}
          value={draft.runtime}
          onChange={(runtime) => set(withRuntime(draft, runtime, found))}
          cards={[
            { value: 'node', label: 'Node.js', detail: 'A process with a start command.' },
            {
              value: 'python',
              label: 'Python',
              detail: 'WSGI or ASGI, in a virtual environment of its own.',
            },
            { value: 'php', label: 'PHP', detail: 'Served by PHP-FPM from a folder.' },
            { value: 'static', label: 'Static files', detail: 'A folder, served as it is.' },
            { value: 'docker', label: 'Docker', detail: 'A Dockerfile or a compose file.' },
          ]}
        />
        {draft.runtime === 'docker' ? <ContainerFields {...props} /> : <CodeFields {...props} />}
      </div>
    </Panel>
  );
}

/** How code is installed, built, and started or served. */
function CodeFields({ draft, set, fields }: SectionProps) {
  return (
    <>
      {draft.runtime === 'php' ? null : (
        <Field
          name="runtimeVersion"
          label="Runtime version"
          optional
          error={fields.runtimeVersion}
          hint={versionHint(draft.runtime)}
        >
          <Input
            mono
            placeholder={draft.runtime === 'python' ? '>=3.11' : '22'}
            value={draft.runtimeVersion}
            onChange={(event) => set({ runtimeVersion: event.target.value })}
          />
        </Field>
      )}
      <div className="grid gap-5 sm:grid-cols-2">
        <Field name="installCommand" label="Install command" optional error={fields.installCommand}>
          <Input
            mono
            value={draft.installCommand}
            onChange={(event) => set({ installCommand: event.target.value })}
          />
        </Field>
        <Field name="buildCommand" label="Build command" optional error={fields.buildCommand}>
          <Input
            mono
            value={draft.buildCommand}
            onChange={(event) => set({ buildCommand: event.target.value })}
          />
        </Field>
      </div>
      {hasProcess(draft.runtime) ? (
        <Field
          name="startCommand"
          label="Start command"
          error={fields.startCommand}
          hint="The app listens on the port in the variable PORT, on 127.0.0.1."
        >
          <Input
            mono
            required
            value={draft.startCommand}
            onChange={(event) => set({ startCommand: event.target.value })}
          />
        </Field>
      ) : (
        <Field
          name="documentRoot"
          label="Folder to serve"
          optional
          error={fields.documentRoot}
          hint="Below the repository’s root, e.g. public."
        >
          <Input
            mono
            value={draft.documentRoot}
            onChange={(event) => set({ documentRoot: event.target.value })}
          />
        </Field>
      )}
    </>
  );
}

function versionHint(runtime: SectionProps['draft']['runtime']): string {
  return runtime === 'python'
    ? 'Empty: whichever the server has. It has one, its Debian’s: a build that asks for another fails.'
    : 'Of Node.js. Empty: whichever the server has. Another one is fetched from the npm registry by the build.';
}
