'use client';
import { Button, ErrorNote, Field, Input } from '@fairlead/ui';
import { signIn } from '../../../data/session.ts';
import { useAction } from '../../../data/use-action.tsx';

/** Token → owner → organization, on one card. */
export function SetupForm() {
  const claim = useAction<{ userId: string }>({ failure: 'Could not set up Fairlead', quiet: true });
  return (
    <form
      method="post"
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const body = Object.fromEntries(form.entries()) as Record<string, string>;
        claim.run(
          { method: 'POST', path: '/setup', body },
          {
            onSuccess: () =>
              void signIn(body.email ?? '', body.password ?? '').then((failure) =>
                window.location.assign(failure ? '/sign-in' : '/'),
              ),
          },
        );
      }}
    >
      <Field
        name="token"
        label="Setup token"
        error={claim.fields.token}
        hint="Printed in the log of the web process when it started."
      >
        <Input mono required autoFocus />
      </Field>
      <hr className="my-1" />
      <Field name="name" label="Your name" error={claim.fields.name}>
        <Input autoComplete="name" required />
      </Field>
      <Field name="email" label="E-mail" error={claim.fields.email}>
        <Input type="email" autoComplete="username" required />
      </Field>
      <Field
        name="password"
        label="Password"
        error={claim.fields.password}
        hint="At least 10 characters; long beats complicated."
      >
        <Input type="password" autoComplete="new-password" minLength={10} required />
      </Field>
      <hr className="my-1" />
      <Field
        name="organization"
        label="Organization"
        error={claim.fields.organization}
        hint="Owns the servers and apps; others can be invited to it."
      >
        <Input autoComplete="organization" required />
      </Field>
      {claim.error ? <ErrorNote error={claim.error} /> : null}
      <Button
        type="submit"
        variant="primary"
        pending={claim.pending && 'Setting up…'}
        className="mt-1 w-full"
      >
        Set up Fairlead
      </Button>
    </form>
  );
}
