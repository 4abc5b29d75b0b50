'use client';
import type { LoadBalancer } from '@fairlead/api/types';
import { Field, Input, RadioCards } from '@fairlead/ui';
import { type Balancing, methodCardsOf } from './methods.ts';

interface MethodChoiceProps {
  balancer: Pick<LoadBalancer, 'methods'>;
  value: Balancing;
  onChange: (value: Balancing) => void;
  /** The server's word by field. */
  errors?: Record<string, string>;
}

/** A way of sharing requests out, and what it goes by. */
export function MethodChoice({ balancer, value, onChange, errors = {} }: MethodChoiceProps) {
  const isByField = value.hashKey.startsWith('header:');
  return (
    <div className="flex flex-col gap-4">
      <RadioCards
        label="Method"
        columns={2}
        value={value.method}
        onChange={(method) => onChange({ ...value, method })}
        cards={methodCardsOf(balancer)}
      />
      {errors.method ? <p className="text-sm text-unhealthy-ink">{errors.method}</p> : null}
      {value.method === 'hash' ? (
        <RadioCards
          label="What the hash goes by"
          columns={2}
          value={isByField ? 'field' : 'uri'}
          onChange={(by) => onChange({ ...value, hashKey: by === 'uri' ? 'uri' : 'header:' })}
          cards={[
            {
              value: 'uri',
              label: 'The address',
              detail: 'Path and query: each backend caches its own part.',
            },
            { value: 'field', label: 'A field of the request', detail: 'For example a tenant’s number.' },
          ]}
        />
      ) : null}
      {value.method === 'hash' && isByField ? (
        <Field
          name="hashKey"
          label="Field"
          hint="Requests without it all go to one backend."
          error={errors.hashKey}
        >
          <Input
            mono
            placeholder="x-tenant"
            value={value.hashKey.replace('header:', '')}
            onChange={(event) => onChange({ ...value, hashKey: `header:${event.target.value}` })}
          />
        </Field>
      ) : null}
      {value.method === 'sticky' ? (
        <Field
          name="stickyCookie"
          label="Cookie"
          hint="Set by the balancer, hidden from scripts. It says nothing of the visitor."
          error={errors.stickyCookie}
        >
          <Input
            mono
            value={value.stickyCookie}
            onChange={(event) => onChange({ ...value, stickyCookie: event.target.value })}
          />
        </Field>
      ) : null}
    </div>
  );
}
