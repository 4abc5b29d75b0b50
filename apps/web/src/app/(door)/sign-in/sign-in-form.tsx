'use client';
import { Button, ErrorNote, Field, Input, type ShownError } from '@fairlead/ui';
import { useState } from 'react';
import { signIn } from '../../../data/session.ts';

/** E-mail and password; the answer about a wrong one stands above the button that was pressed. */
export function SignInForm() {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<ShownError | null>(null);
  return (
    <form
      method="post"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        setPending(true);
        setError(null);
        void signIn(String(form.get('email')), String(form.get('password'))).then((failure) => {
          if (failure === null) return window.location.assign('/');
          setError(failure);
          setPending(false);
        });
      }}
    >
      <Field name="email" label="E-mail">
        <Input type="email" autoComplete="username" required autoFocus />
      </Field>
      <Field name="password" label="Password">
        <Input type="password" autoComplete="current-password" required />
      </Field>
      {error ? <ErrorNote error={error} /> : null}
      <Button type="submit" variant="primary" pending={pending && 'Signing in…'} className="mt-1 w-full">
        Sign in
      </Button>
    </form>
  );
}
