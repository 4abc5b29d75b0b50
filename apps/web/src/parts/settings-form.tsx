'use client';
import { Button, ErrorNote, Field, Input, Panel, Select, type SelectOption } from '@fairlead/ui';
import { type ReactNode, useState } from 'react';
import { useAction } from '../data/use-action.tsx';

/** One field of a form that changes something which is there already. */
export interface SettingsField<S> {
  /** As the request names it. */
  name: string;
  label: string;
  hint?: ReactNode;
  mono?: boolean;
  optional?: boolean;
  /** Over both columns. */
  wide?: boolean;
  type?: 'number';
  /** A choice instead of a text. */
  options?: SelectOption<string>[];
  /** How the subject's value stands in the field. */
  value: (subject: S) => string;
  /** How the field's text goes to the API; as it is, trimmed, where nothing else is said. */
  parse?: (text: string) => unknown;
  /** Which subjects know it. */
  only?: (subject: S) => boolean;
}

export interface SettingsGroup<S> {
  title: string;
  description: string;
  fields: SettingsField<S>[];
  /** Which subjects know it. */
  only?: (subject: S) => boolean;
}

interface SettingsFormProps<S> {
  subject: S;
  groups: SettingsGroup<S>[];
  /** Where the change goes. */
  path: string;
  mayChange: boolean;
}

/** A choice that goes along with the form. */
function Choice({
  name,
  options,
  initial,
  disabled,
}: {
  name: string;
  options: SelectOption<string>[];
  initial: string;
  disabled: boolean;
}) {
  const [value, setValue] = useState(initial);
  return (
    <>
      <Select options={options} value={value} onChange={setValue} disabled={disabled} />
      <input type="hidden" name={name} value={value} />
    </>
  );
}

/** Settings of one thing. Sends what was changed, and nothing else. */
export function SettingsForm<S>({ subject, groups, path, mayChange }: SettingsFormProps<S>) {
  const save = useAction<S>({ failure: 'Could not save', success: 'Settings saved', quiet: true });
  const known = groups.filter((group) => group.only?.(subject) ?? true);
  const shown = known.map((group) => ({
    ...group,
    fields: group.fields.filter((field) => field.only?.(subject) ?? true),
  }));
  return (
    <form
      className="flex flex-col gap-5"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const changed = shown
          .flatMap((group) => group.fields)
          .map((field) => ({ field, text: String(form.get(field.name) ?? '') }))
          .filter(({ field, text }) => text !== field.value(subject));
        const body = Object.fromEntries(
          changed.map(({ field, text }) => [field.name, field.parse ? field.parse(text) : text.trim()]),
        );
        save.run({ method: 'PATCH', path, body });
      }}
    >
      {shown.map((group) => (
        <Panel key={group.title} title={group.title} description={group.description}>
          <div className="grid gap-5 sm:grid-cols-2">
            {group.fields.map((field) => (
              <Field
                key={field.name}
                name={field.options ? undefined : field.name}
                label={field.label}
                hint={field.hint}
                optional={field.optional}
                error={save.fields[field.name]}
                className={field.wide ? 'sm:col-span-2' : undefined}
              >
                {field.options ? (
                  <Choice
                    name={field.name}
                    options={field.options}
                    initial={field.value(subject)}
                    disabled={!mayChange}
                  />
                ) : (
                  <Input
                    mono={field.mono}
                    type={field.type}
                    step={field.type ? 'any' : undefined}
                    className={field.type ? 'tabular' : undefined}
                    defaultValue={field.value(subject)}
                    disabled={!mayChange}
                    required={!field.optional}
                  />
                )}
              </Field>
            ))}
          </div>
        </Panel>
      ))}
      {save.error ? <ErrorNote title="Not saved" error={save.error} /> : null}
      {mayChange ? (
        <Button type="submit" className="self-end" pending={save.pending && 'Saving…'}>
          Save settings
        </Button>
      ) : null}
    </form>
  );
}

/** An empty field is `null`. */
export const orNull = (text: string): string | null => text.trim() || null;
