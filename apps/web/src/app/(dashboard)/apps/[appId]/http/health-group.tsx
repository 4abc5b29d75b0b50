'use client';
import { Checkbox, Field, Input } from '@fairlead/ui';
import { type GroupProps, HttpGroup } from './http-group.tsx';

const names = ['balancerHealth'] as const;

/** The balancer’s own health, for whoever watches it from outside. */
export function HealthGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Health of the balancer"
      description="A path at which the balancer’s Nginx answers ok by itself, whatever the backends do. Not logged."
      names={names}
    >
      {({ draft: { balancerHealth }, change, errorOf, disabled }) => (
        <>
          <Checkbox
            checked={balancerHealth.enabled}
            disabled={disabled}
            onChange={(enabled) => change({ balancerHealth: { ...balancerHealth, enabled } })}
            label="Answer for the balancer’s own health"
          />
          {balancerHealth.enabled ? (
            <Field
              label="Path"
              hint="The app never sees requests for it."
              error={errorOf('balancerHealth.path')}
              className="sm:max-w-sm"
            >
              <Input
                mono
                disabled={disabled}
                value={balancerHealth.path}
                onChange={(event) =>
                  change({ balancerHealth: { ...balancerHealth, path: event.target.value } })
                }
              />
            </Field>
          ) : null}
        </>
      )}
    </HttpGroup>
  );
}
