'use client';
import { Checkbox, Field, Select, type SelectOption } from '@fairlead/ui';
import { type GroupProps, HttpGroup, type HttpSettings } from './http-group.tsx';
import { NumberField } from './number-field.tsx';

type Limit = NonNullable<HttpSettings['rateLimit']>;

const names = ['rateLimit'] as const;
const times: SelectOption<Limit['per']>[] = [
  { value: 'second', label: 'a second' },
  { value: 'minute', label: 'a minute' },
];

/** How often one address may ask. */
export function RateGroup(props: GroupProps) {
  return (
    <HttpGroup
      {...props}
      title="Rate limit"
      description="For each address that asks; of IPv6, for each network of 64 bits. One request more is answered with 429."
      names={names}
    >
      {({ draft: { rateLimit }, change, errorOf, disabled }) => (
        <>
          <Checkbox
            checked={rateLimit !== null}
            disabled={disabled}
            onChange={(on) => change({ rateLimit: on ? { requests: 10, per: 'second', burst: 20 } : null })}
            label="Limit how often one address may ask"
          />
          {rateLimit ? (
            <div className="grid gap-5 sm:grid-cols-3">
              <NumberField
                label="Requests"
                value={rateLimit.requests}
                error={errorOf('rateLimit.requests')}
                disabled={disabled}
                onChange={(requests) => change({ rateLimit: { ...rateLimit, requests } })}
              />
              <Field label="In">
                <Select
                  options={times}
                  value={rateLimit.per}
                  disabled={disabled}
                  onChange={(per) => change({ rateLimit: { ...rateLimit, per } })}
                />
              </Field>
              <NumberField
                label="At once on top"
                hint="A page and its pictures come together."
                value={rateLimit.burst}
                error={errorOf('rateLimit.burst')}
                disabled={disabled}
                onChange={(burst) => change({ rateLimit: { ...rateLimit, burst } })}
              />
            </div>
          ) : null}
        </>
      )}
    </HttpGroup>
  );
}
