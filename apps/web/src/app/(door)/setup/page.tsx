import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { resources } from '../../../data/resources.ts';
import { readResource } from '../../../server/read.ts';
import { DoorCard } from '../door-card.tsx';
import { SetupForm } from './setup-form.tsx';

export const metadata: Metadata = { title: 'Set up' };

export default async function SetupPage() {
  const { open } = await readResource(resources.setup);
  if (!open) redirect('/sign-in');
  return (
    <DoorCard
      title="Set up Fairlead"
      description="You become the owner of the first organization. The setup token proves that you run this installation; afterwards it opens nothing."
    >
      <SetupForm />
    </DoorCard>
  );
}
