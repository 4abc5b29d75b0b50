'use client';
import type { Server } from '@fairlead/api/types';
import { Button, buttonClasses, ErrorNote, Field, Input, PageHeader, Panel, Select } from '@fairlead/ui';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { resources } from '../../../../data/resources.ts';
import { useAction } from '../../../../data/use-action.tsx';
import { useResource } from '../../../../data/use-resource.ts';
import { TextLink } from '../../../../parts/text-link.tsx';

const text = (form: FormData, name: string) => String(form.get(name) ?? '').trim();

/** First of the steps that bring a server in; the others stand on the server's own page. */
export function NewServerPage() {
  const router = useRouter();
  const servers = useResource(resources.servers);
  const [jump, setJump] = useState('none');
  const create = useAction<Server>({
    failure: 'Could not add the server',
    quiet: true,
    onSuccess: (server) => router.push(`/servers/${server.id}`),
  });
  return (
    <>
      <PageHeader
        above={<TextLink href="/servers">Servers</TextLink>}
        title="Add server"
        answer="Say where it is. Next you paste one line on it, compare its fingerprint, and Fairlead looks around."
      />
      <Panel className="max-w-2xl">
        <form
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            create.run({
              method: 'POST',
              path: '/servers',
              body: {
                name: text(form, 'name'),
                address: text(form, 'address'),
                port: Number(text(form, 'port')),
                user: text(form, 'user'),
                privateAddress: text(form, 'privateAddress') || null,
                jumpServerId: jump === 'none' ? null : jump,
              },
            });
          }}
        >
          <Field name="name" label="Name" error={create.fields.name} hint="As you call it, e.g. web-1.">
            <Input required autoFocus maxLength={100} />
          </Field>
          <div className="grid gap-5 sm:grid-cols-[minmax(0,1fr)_7rem]">
            <Field
              name="address"
              label="Address"
              error={create.fields.address}
              hint="IP address or host name for SSH."
            >
              <Input mono required />
            </Field>
            <Field name="port" label="SSH port" error={create.fields.port}>
              <Input type="number" min={1} max={65535} defaultValue={22} required className="tabular" />
            </Field>
          </div>
          <div className="grid gap-5 sm:grid-cols-2">
            <Field
              name="user"
              label="User"
              error={create.fields.user}
              hint="root, or one that may use sudo without a password."
            >
              <Input mono required defaultValue="root" />
            </Field>
            <Field
              name="privateAddress"
              label="Private address"
              optional
              error={create.fields.privateAddress}
              hint="Preferred between servers of one network."
            >
              <Input mono />
            </Field>
          </div>
          <Field
            label="Jump host"
            optional
            error={create.fields.jumpServerId}
            hint="Another of your servers that stands between Fairlead and this one."
          >
            <Select
              label="Jump host"
              value={jump}
              onChange={setJump}
              options={[
                { value: 'none', label: 'None, Fairlead reaches it directly' },
                ...(servers.data?.items ?? []).map((server) => ({
                  value: server.id,
                  label: server.name,
                  detail: server.address,
                })),
              ]}
            />
          </Field>
          {create.error ? <ErrorNote title="Could not add the server" error={create.error} /> : null}
          <div className="flex justify-end gap-2 border-t pt-4">
            <Link href="/servers" className={buttonClasses('ghost')}>
              Cancel
            </Link>
            <Button type="submit" variant="primary" pending={create.pending && 'Adding…'}>
              Add server
            </Button>
          </div>
        </form>
      </Panel>
    </>
  );
}
