'use client';
import { Checkbox, Field, Input, Select } from '@fairlead/ui';
import { type GroupProps, HttpGroup } from './http-group.tsx';
import { Rows } from './rows.tsx';

const names = ['routes'] as const;

/** Parts of the site that another app answers. */
export function RoutesGroup(props: GroupProps) {
  const { routeTargets } = props.balancer;
  const targets = routeTargets.map(({ slug, name }) => ({ value: slug, label: name }));
  return (
    <HttpGroup
      {...props}
      title="Routes to other apps"
      description="Paths that the backends of another app on this balancer answer. The longest prefix counts."
      names={names}
    >
      {({ draft, change, errorOf, disabled }) => (
        <Rows
          noun="route"
          rows={draft.routes}
          fresh={{ prefix: '/api/', app: targets[0]?.value ?? '', stripPrefix: false }}
          none={
            targets.length === 0
              ? 'No other app serves from this balancer yet.'
              : 'This app answers every path itself.'
          }
          disabled={disabled || (targets.length === 0 && draft.routes.length === 0)}
          onChange={(routes) => change({ routes })}
        >
          {(row, set, index) => (
            <div className="grid min-w-0 flex-1 basis-64 gap-3 sm:grid-cols-2">
              <Field label="Below" error={errorOf(`routes.${index}.prefix`)}>
                <Input
                  mono
                  placeholder="/api/"
                  disabled={disabled}
                  value={row.prefix}
                  onChange={(event) => set({ prefix: event.target.value })}
                />
              </Field>
              <Field label="Answered by" error={errorOf(`routes.${index}.app`)}>
                <Select
                  options={targets}
                  value={row.app}
                  disabled={disabled}
                  onChange={(app) => set({ app })}
                />
              </Field>
              <Checkbox
                checked={row.stripPrefix}
                disabled={disabled}
                onChange={(stripPrefix) => set({ stripPrefix })}
                label="Take the prefix off"
                detail="The other app sees /users where the visitor asked for /api/users."
                className="sm:col-span-2"
              />
            </div>
          )}
        </Rows>
      )}
    </HttpGroup>
  );
}
