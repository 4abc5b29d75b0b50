'use client';
import { type GroupProps, HttpGroup } from './http-group.tsx';
import { NumberField } from './number-field.tsx';

const names = ['maxBodyBytes', 'timeouts'] as const;
const waits = [
  ['connectSeconds', 'Connect, in seconds', 'For a backend to accept a connection; 75 at most.'],
  ['sendSeconds', 'Send, in seconds', 'Between two parts of a request that a backend takes.'],
  ['readSeconds', 'Read, in seconds', 'Until a backend answers, and between parts of its answer. Then 504.'],
] as const;

/** How large a request may be, and how long a backend may take. */
export function LimitsGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Limits and timeouts"
      description="The same at the balancer and at each backend’s own Nginx."
      names={names}
    >
      {({ draft, change, errorOf, disabled }) => (
        <div className="grid gap-5 sm:grid-cols-2">
          <NumberField
            label="Largest body, in MiB"
            hint="For uploads. A larger request is answered with 413."
            per={1024 ** 2}
            value={draft.maxBodyBytes}
            error={errorOf('maxBodyBytes')}
            disabled={disabled}
            onChange={(maxBodyBytes) => change({ maxBodyBytes })}
          />
          {waits.map(([name, label, hint]) => (
            <NumberField
              key={name}
              label={label}
              hint={hint}
              value={draft.timeouts[name]}
              error={errorOf(`timeouts.${name}`)}
              disabled={disabled}
              onChange={(seconds) => change({ timeouts: { ...draft.timeouts, [name]: seconds } })}
            />
          ))}
        </div>
      )}
    </HttpGroup>
  );
}
