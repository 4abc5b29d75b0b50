'use client';
import { isComposeFile } from '@fairlead/core/runtimes';
import { Field, Input } from '@fairlead/ui';
import type { SectionProps } from './repository-section.tsx';

/** How the image is made, and where the app listens in its container. */
export function ContainerFields({ draft, set, fields }: SectionProps) {
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          name="containerFile"
          label="Container file"
          optional
          error={fields.containerFile}
          hint="A Dockerfile, or a compose file ending in .yml or .yaml."
        >
          <Input
            mono
            placeholder="Dockerfile"
            value={draft.containerFile}
            onChange={(event) => set({ containerFile: event.target.value })}
          />
        </Field>
        <Field
          name="containerPort"
          label="Port in the container"
          optional
          error={fields.containerPort}
          hint="Where the app listens; PORT tells it, too."
        >
          <Input
            type="number"
            min={1}
            max={65535}
            className="tabular"
            placeholder="8080"
            value={draft.containerPort}
            onChange={(event) => set({ containerPort: event.target.value })}
          />
        </Field>
      </div>
      {isComposeFile(draft.containerFile) ? (
        <Field
          name="containerService"
          label="Service"
          optional
          error={fields.containerService}
          hint="The one that answers requests. Empty: the only one that is built, of several the only one with ports."
        >
          <Input
            mono
            value={draft.containerService}
            onChange={(event) => set({ containerService: event.target.value })}
          />
        </Field>
      ) : null}
      <Field
        name="startCommand"
        label="Start command"
        optional
        error={fields.startCommand}
        hint="Empty: the image’s own."
      >
        <Input
          mono
          value={draft.startCommand}
          onChange={(event) => set({ startCommand: event.target.value })}
        />
      </Field>
    </>
  );
}
