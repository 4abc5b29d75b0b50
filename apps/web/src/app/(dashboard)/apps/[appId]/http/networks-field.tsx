'use client';
import { Field, Textarea } from '@fairlead/ui';
import { useState } from 'react';

interface NetworksFieldProps {
  networks: readonly string[];
  errorOf: (path: string) => string | undefined;
  disabled: boolean;
  onChange: (networks: string[]) => void;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** Networks of the proxy, one a line. */
export function NetworksField({ networks, errorOf, disabled, onChange }: NetworksFieldProps) {
  // What is being typed, empty lines too, for as long as it says the same as the draft.
  const [typed, setTyped] = useState('');
  const text = linesOf(typed).join('\n') === networks.join('\n') ? typed : networks.join('\n');
  const at = networks.findIndex((_, index) => errorOf(`trustedProxy.networks.${index}`) !== undefined);
  const error =
    at < 0
      ? errorOf('trustedProxy.networks')
      : `“${networks[at]}”: ${errorOf(`trustedProxy.networks.${at}`)}`;
  return (
    <Field label="Its addresses and networks" hint={`One a line. ${networks.length} of 500.`} error={error}>
      <Textarea
        mono
        rows={6}
        placeholder={'203.0.113.0/24\n2001:db8::/32'}
        disabled={disabled}
        value={text}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(linesOf(event.target.value));
        }}
      />
    </Field>
  );
}
