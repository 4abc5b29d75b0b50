'use client';
import { Checkbox, Field, Input, Select, type SelectOption } from '@fairlead/ui';
import { type GroupProps, HttpGroup, type HttpSettings } from './http-group.tsx';
import { Rows } from './rows.tsx';

type Redirect = HttpSettings['redirects'][number];

const names = ['redirects'] as const;
const matches: SelectOption<Redirect['match']>[] = [
  { value: 'exact', label: 'This path' },
  { value: 'prefix', label: 'All below it' },
];
const statuses: SelectOption<string>[] = [
  { value: '302', label: '302 for now' },
  { value: '301', label: '301 for good' },
  { value: '307', label: '307 for now, same method' },
  { value: '308', label: '308 for good, same method' },
];
const fresh: Redirect = {
  match: 'exact',
  from: '/',
  to: '/',
  status: 302,
  keepQuery: true,
  keepPath: false,
};

/** Paths that lead elsewhere, answered by the balancer. */
export function RedirectsGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Redirects"
      description="Answered by the balancer itself. Of several prefixes the longest counts."
      names={names}
    >
      {({ draft, change, errorOf, disabled }) => (
        <Rows
          noun="redirect"
          rows={draft.redirects}
          fresh={fresh}
          none="Every path leads to the app."
          disabled={disabled}
          onChange={(redirects) => change({ redirects })}
        >
          {(row, set, index) => (
            <RedirectFields
              row={row}
              set={set}
              disabled={disabled}
              errorOf={(field) => errorOf(`redirects.${index}.${field}`)}
            />
          )}
        </Rows>
      )}
    </HttpGroup>
  );
}

interface RedirectFieldsProps {
  row: Redirect;
  set: (some: Partial<Redirect>) => void;
  disabled: boolean;
  errorOf: (field: keyof Redirect) => string | undefined;
}

function RedirectFields({ row, set, disabled, errorOf }: RedirectFieldsProps) {
  return (
    <div className="grid min-w-0 flex-1 basis-64 gap-3 sm:grid-cols-2">
      <Field label="Matches">
        <Select
          options={matches}
          value={row.match}
          disabled={disabled}
          onChange={(match) => set({ match, keepPath: match === 'prefix' && row.keepPath })}
        />
      </Field>
      <Field label="Status">
        <Select
          options={statuses}
          value={String(row.status)}
          disabled={disabled}
          onChange={(status) => set({ status: Number(status) as Redirect['status'] })}
        />
      </Field>
      <Field label="From" error={errorOf('from')}>
        <Input
          mono
          placeholder={row.match === 'exact' ? '/old' : '/old/'}
          disabled={disabled}
          value={row.from}
          onChange={(event) => set({ from: event.target.value })}
        />
      </Field>
      <Field label="To" error={errorOf('to')}>
        <Input
          mono
          placeholder="/new or https://www.example.com/"
          disabled={disabled}
          value={row.to}
          onChange={(event) => set({ to: event.target.value })}
        />
      </Field>
      <Checkbox
        checked={row.keepQuery}
        disabled={disabled}
        onChange={(keepQuery) => set({ keepQuery })}
        label="Keep what stands after ?"
      />
      {row.match === 'prefix' ? (
        <Checkbox
          checked={row.keepPath}
          disabled={disabled}
          onChange={(keepPath) => set({ keepPath })}
          label="Append the rest of the path"
        />
      ) : null}
    </div>
  );
}
