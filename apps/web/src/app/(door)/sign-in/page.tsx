import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { resources } from '../../../data/resources.ts';
import { readResource } from '../../../server/read.ts';
import { DoorCard } from '../door-card.tsx';
import { SignInForm } from './sign-in-form.tsx';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage() {
  const { open } = await readResource(resources.setup);
  if (open) redirect('/setup');
  return (
    <DoorCard title="Sign in" description="Your organization's servers, apps and balancers.">
      <SignInForm />
    </DoorCard>
  );
}
