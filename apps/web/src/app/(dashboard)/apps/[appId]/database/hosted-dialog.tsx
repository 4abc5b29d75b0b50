'use client';
import type { App, HostedDatabase } from '@fairlead/api/types';
import { Field, Input, Select, type SelectOption, Textarea } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { FormDialog } from '../../../../../parts/form-dialog.tsx';

type Hosted = NonNullable<HostedDatabase['hosted']>;

interface HostedDialogProps {
  app: App;
  hosted: Hosted | null;
  onClose: () => void;
}

const engines: SelectOption<Hosted['engine']>[] = [
  { value: 'postgresql', label: 'PostgreSQL' },
  { value: 'mariadb', label: 'MariaDB or MySQL' },
];
const ports = { postgresql: 5432, mariadb: 3306 };
const ways: SelectOption<Hosted['tls']>[] = [
  { value: 'verify', label: 'Encrypt, verify the certificate' },
  { value: 'require', label: 'Encrypt, whoever answers' },
  { value: 'off', label: 'Do not encrypt' },
];

/** Asks for the account of a database that runs elsewhere. Backends hear of it with the next deployment. */
export function HostedDialog({ app, hosted, onClose }: HostedDialogProps) {
  const [engine, setEngine] = useState<Hosted['engine']>(hosted?.engine ?? 'postgresql');
  const [tls, setTls] = useState<Hosted['tls']>(hosted?.tls ?? 'verify');
  const set = useAction<HostedDatabase>({
    failure: 'Could not keep the database',
    success: 'Database kept; the next deployment brings it to the backends',
    quiet: true,
    onSuccess: onClose,
  });
  return (
    <FormDialog
      title={`A database elsewhere for ${app.name}`}
      description="Its account is stored encrypted and goes to the backends with the next deployment. Nothing is changed there."
      submit={['Save', 'Saving…']}
      action={set}
      className="grid gap-4 sm:grid-cols-2"
      onClose={onClose}
      onSubmit={(text) => {
        const password = text('password');
        const body = {
          ...{ engine, tls, host: text('host').trim(), port: Number(text('port')) },
          ...{ name: text('name'), user: text('user') },
          ...(password === '' ? {} : { password }),
          authority: text('authority').trim() === '' ? null : text('authority'),
        };
        set.run({ method: 'PUT', path: `/apps/${app.id}/hosted-database`, body });
      }}
    >
      <Field name="engine" label="Engine" error={set.fields.engine}>
        <Select label="Engine" value={engine} onChange={setEngine} options={engines} />
      </Field>
      <Field name="tls" label="Connection" error={set.fields.tls}>
        <Select label="Connection" value={tls} onChange={setTls} options={ways} />
      </Field>
      <Field name="host" label="Host" error={set.fields.host}>
        <Input mono required name="host" defaultValue={hosted?.host} placeholder="db.example.com" />
      </Field>
      <Field name="port" label="Port" error={set.fields.port}>
        <Input
          required
          name="port"
          type="number"
          min={1}
          max={65535}
          key={engine}
          defaultValue={hosted?.engine === engine ? hosted.port : ports[engine]}
        />
      </Field>
      <Field name="name" label="Database" error={set.fields.name}>
        <Input mono required name="name" defaultValue={hosted?.name} />
      </Field>
      <Field name="user" label="User" error={set.fields.user}>
        <Input mono required name="user" defaultValue={hosted?.user} />
      </Field>
      <Field
        className="sm:col-span-2"
        name="password"
        label="Password"
        hint={
          hosted
            ? 'Left empty, the one that is known stays, for this host alone.'
            : 'Stored encrypted; it is shown to nobody.'
        }
        error={set.fields.password}
      >
        <Input name="password" type="password" autoComplete="new-password" required={hosted === null} />
      </Field>
      {tls === 'verify' ? (
        <Field
          className="sm:col-span-2"
          name="authority"
          label="Certificate of its authority"
          optional
          hint="PEM. Without it, the authorities that the backends’ systems trust."
          error={set.fields.authority}
        >
          <Textarea
            mono
            name="authority"
            rows={5}
            spellCheck={false}
            defaultValue={hosted?.authority ?? ''}
            placeholder="-----BEGIN CERTIFICATE-----"
          />
        </Field>
      ) : null}
    </FormDialog>
  );
}
