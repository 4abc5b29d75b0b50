'use client';
import { Field, Input, Select, type SelectOption } from '@fairlead/ui';
import { type GroupProps, HttpGroup, type HttpSettings } from './http-group.tsx';
import { Rows } from './rows.tsx';

type Rule = HttpSettings['access'][number];

const names = ['access'] as const;
const fresh: Rule = { action: 'deny', source: '' };
const actions: SelectOption<Rule['action']>[] = [
  { value: 'allow', label: 'Allow' },
  { value: 'deny', label: 'Deny' },
];

/** Who may ask, by address. */
export function AccessGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Access by address"
      description="In order: the first rule that fits counts, and whom none fits may. Denied is 403."
      names={names}
    >
      {({ draft, change, errorOf, disabled }) => (
        <Rows
          noun="rule"
          rows={draft.access}
          fresh={fresh}
          none="Everybody may ask."
          disabled={disabled}
          onChange={(access) => change({ access })}
        >
          {(row, set, index) => (
            <>
              <Field label="Action" className="w-32">
                <Select
                  options={actions}
                  value={row.action}
                  disabled={disabled}
                  onChange={(action) => set({ action })}
                />
              </Field>
              <Field
                label="Address, network or all"
                error={errorOf(`access.${index}.source`)}
                className="w-full sm:w-auto sm:flex-1"
              >
                <Input
                  mono
                  placeholder="203.0.113.0/24"
                  disabled={disabled}
                  value={row.source}
                  onChange={(event) => set({ source: event.target.value })}
                />
              </Field>
            </>
          )}
        </Rows>
      )}
    </HttpGroup>
  );
}
