'use client';
import type { RepositoryAccess } from '@fairlead/api/types';
import { Button, ErrorNote, Field, Input, Note, RelativeTime } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';

interface RepositoryTokenProps {
  token: RepositoryAccess['token'];
  path: string;
  mayChange: boolean;
}

/** The token of a repository: given, replaced or forgotten, never shown. */
export function RepositoryToken({ token, path, mayChange }: RepositoryTokenProps) {
  const [isEntering, setEntering] = useState(false);
  const remove = useAction<RepositoryAccess>({
    failure: 'Could not remove the token',
    success: 'The token was removed',
  });
  return (
    <>
      {token === null ? (
        <p className="text-ink-muted text-sm">No token.</p>
      ) : (
        <p className="text-sm">
          A token for <code className="font-mono">{token.username}</code>, set{' '}
          <RelativeTime at={token.setAt} />
        </p>
      )}
      {token !== null && !token.fits ? (
        <Note tone="warning">
          It was given for another server than the repository’s, which never gets to see it. Enter one for the
          new address.
        </Note>
      ) : null}
      {isEntering ? (
        <TokenForm path={path} onDone={() => setEntering(false)} />
      ) : mayChange ? (
        <div className="flex justify-end gap-2">
          {token === null ? null : (
            <Button
              size="sm"
              variant="ghost"
              pending={remove.pending && 'Removing…'}
              onClick={() => remove.run({ method: 'DELETE', path })}
            >
              Remove token
            </Button>
          )}
          <Button size="sm" onClick={() => setEntering(true)}>
            {token === null ? 'Enter a token' : 'Replace token'}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function TokenForm({ path, onDone }: { path: string; onDone: () => void }) {
  const save = useAction<RepositoryAccess>({
    failure: 'Could not save the token',
    success: 'Token saved',
    quiet: true,
    onSuccess: onDone,
  });
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const text = (name: string) => String(form.get(name) ?? '').trim();
        const username = text('username');
        save.run({
          method: 'PUT',
          path,
          body: { token: text('token'), ...(username === '' ? {} : { username }) },
        });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          name="token"
          label="Token"
          hint="With the right to read this repository, and no other."
          error={save.fields.token}
        >
          <Input mono required type="password" autoComplete="off" />
        </Field>
        <Field
          name="username"
          label="User name"
          optional
          hint="Of a GitLab deploy token; others need none."
          error={save.fields.username}
        >
          <Input mono autoComplete="off" />
        </Field>
      </div>
      {save.error && Object.keys(save.fields).length === 0 ? <ErrorNote error={save.error} /> : null}
      <div className="flex justify-end gap-2">
        <Button variant="ghost" onClick={onDone}>
          Cancel
        </Button>
        <Button type="submit" pending={save.pending && 'Saving…'}>
          Save token
        </Button>
      </div>
    </form>
  );
}
