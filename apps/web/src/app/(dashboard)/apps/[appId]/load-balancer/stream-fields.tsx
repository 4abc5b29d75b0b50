import { Checkbox, Field, Input, Select } from '@fairlead/ui';
import { type ReactNode, useState } from 'react';
import { NumberField } from '../http/number-field.tsx';
import { listed, type Stream, streamMethods } from './streams.ts';

interface StreamFieldsProps {
  stream: Stream;
  /** By field. */
  errors: Record<string, string>;
  onChange: (some: Partial<Stream>) => void;
}

interface ListFieldProps {
  label: string;
  hint: ReactNode;
  error: string | undefined;
  placeholder: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
}

/** Some names or networks, as text. What was typed stays as it was typed. */
function ListField({ label, hint, error, placeholder, value, onChange }: ListFieldProps) {
  const [text, setText] = useState(() => value.join(', '));
  return (
    <Field label={label} hint={hint} error={error} optional>
      <Input
        mono
        placeholder={placeholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onChange(listed(event.target.value));
        }}
      />
    </Field>
  );
}

/** What one stream is made of. */
export function StreamFields({ stream, errors, onChange }: StreamFieldsProps) {
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Field label="Name" error={errors.name}>
        <Input mono value={stream.name} onChange={(event) => onChange({ name: event.target.value })} />
      </Field>
      <Field label="Method" error={errors.method}>
        <Select options={streamMethods} value={stream.method} onChange={(method) => onChange({ method })} />
      </Field>
      <NumberField
        label="Port of the balancer"
        hint="Where clients connect."
        error={errors.listenPort}
        disabled={false}
        value={stream.listenPort}
        onChange={(listenPort) => onChange({ listenPort })}
      />
      <NumberField
        label="Port of the backends"
        hint="Where the service listens. It is closed to all but the balancer."
        error={errors.backendPort}
        disabled={false}
        value={stream.backendPort}
        onChange={(backendPort) => onChange({ backendPort })}
      />
      <ListField
        label="Server names"
        hint="TLS for these names is passed through and ends at the backends. None: every connection is taken."
        error={errors.serverNames}
        placeholder="db.example.com"
        value={stream.serverNames}
        onChange={(serverNames) => onChange({ serverNames })}
      />
      <ListField
        label="Open to"
        hint="Addresses and networks that may connect. None: everybody."
        error={errors.allowFrom}
        placeholder="203.0.113.0/24"
        value={stream.allowFrom}
        onChange={(allowFrom) => onChange({ allowFrom })}
      />
      <ListField
        label="PROXY protocol from"
        hint="Proxies before the balancer whose header is believed. With any, every client has to send one."
        error={errors.proxyProtocolFrom}
        placeholder="10.0.0.0/8"
        value={stream.proxyProtocolFrom}
        onChange={(proxyProtocolFrom) => onChange({ proxyProtocolFrom })}
      />
      <Checkbox
        checked={stream.proxyProtocolOut}
        onChange={(proxyProtocolOut) => onChange({ proxyProtocolOut })}
        label="PROXY protocol to the backends"
        detail="Tells the service who the client is. It has to expect that."
        className="sm:mt-6.5"
      />
      <NumberField
        label="Time to connect, in seconds"
        hint="Then another backend is tried."
        error={errors.connectTimeoutSeconds}
        disabled={false}
        value={stream.connectTimeoutSeconds}
        onChange={(connectTimeoutSeconds) => onChange({ connectTimeoutSeconds })}
      />
      <NumberField
        label="Idle time, in seconds"
        hint="A connection on which nobody says anything for so long is closed."
        error={errors.idleTimeoutSeconds}
        disabled={false}
        value={stream.idleTimeoutSeconds}
        onChange={(idleTimeoutSeconds) => onChange({ idleTimeoutSeconds })}
      />
      <NumberField
        label="Connections at once"
        hint="To each backend. 0: no limit."
        error={errors.maxConns}
        disabled={false}
        value={stream.maxConns}
        onChange={(maxConns) => onChange({ maxConns })}
      />
    </div>
  );
}
