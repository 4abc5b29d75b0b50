'use client';
import type { AcmeAccount } from '@fairlead/api/types';
import { Button, Checkbox, ErrorNote, Field, Input, Panel, RelativeTime } from '@fairlead/ui';
import { useId, useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { TextLink } from '../../../../../parts/text-link.tsx';
import { useMay } from '../../../../../shell/me.tsx';

/** Whose certificates renew themselves: the organization’s account with an ACME directory. */
export function AuthorityPanel({ authority }: { authority: AcmeAccount }) {
  const may = useMay();
  const [isChanging, setChanging] = useState(false);
  const { account } = authority;
  const mayChange = may('acme-account.set');
  return (
    <Panel
      title="Certificate authority"
      description="For certificates that renew themselves; one for the whole organization."
      aside={
        mayChange && account !== null && !isChanging ? (
          <Button size="sm" variant="ghost" onClick={() => setChanging(true)}>
            Change
          </Button>
        ) : null
      }
    >
      {account === null || isChanging ? (
        mayChange ? (
          <AuthorityForm authority={authority} onDone={() => setChanging(false)} />
        ) : (
          <p className="text-ink-muted text-sm">None yet. An admin of the organization chooses one.</p>
        )
      ) : (
        <p className="text-sm">
          <span className="break-all font-mono text-[0.8125rem]">{account.directoryUrl}</span>
          <br />
          <span className="text-ink-muted">
            {account.termsAgreedBy} agreed to its terms <RelativeTime at={account.termsAgreedAt} />
            {account.email === null ? '' : ` · it writes to ${account.email}`}
          </span>
        </p>
      )}
    </Panel>
  );
}

function AuthorityForm({ authority, onDone }: { authority: AcmeAccount; onDone: () => void }) {
  const id = useId();
  const { account, directories } = authority;
  const [url, setUrl] = useState(account?.directoryUrl ?? directories[0]?.url ?? '');
  const [agreed, setAgreed] = useState(false);
  const save = useAction<AcmeAccount>({
    failure: 'Could not save the authority',
    success: 'Certificate authority saved',
    quiet: true,
    onSuccess: onDone,
  });
  const known = directories.find((directory) => directory.url === url);
  return (
    <form
      id={id}
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const email = String(new FormData(event.currentTarget).get('email') ?? '').trim();
        save.run({
          method: 'PUT',
          path: '/acme-account',
          body: { directoryUrl: url, email: email || null, termsAgreed: agreed },
        });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="ACME directory"
          hint={known?.name ?? 'A directory of your own.'}
          error={save.fields.directoryUrl}
        >
          <Input mono required value={url} onChange={(event) => setUrl(event.target.value)} />
        </Field>
        <Field
          name="email"
          label="E-mail"
          optional
          hint="Where the authority may write to."
          error={save.fields.email}
        >
          <Input type="email" defaultValue={account?.email ?? ''} maxLength={254} />
        </Field>
      </div>
      <Checkbox
        checked={agreed}
        onChange={setAgreed}
        label="I agree to the terms of this authority"
        detail={known ? <TextLink href={known.terms}>{known.terms}</TextLink> : 'Its directory names them.'}
      />
      {save.error && Object.keys(save.fields).length === 0 ? <ErrorNote error={save.error} /> : null}
      <div className="flex justify-end gap-2">
        {account === null ? null : (
          <Button variant="ghost" onClick={onDone}>
            Cancel
          </Button>
        )}
        <Button type="submit" disabled={!agreed} pending={save.pending && 'Saving…'}>
          Save authority
        </Button>
      </div>
    </form>
  );
}
