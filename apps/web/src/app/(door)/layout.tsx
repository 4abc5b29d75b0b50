import { Logo } from '@fairlead/ui';
import type { ReactNode } from 'react';

/** Before anybody is known: one card in the middle. */
export default function DoorLayout({ children }: { children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center px-4 pt-[12vh] pb-16">
      <Logo className="mb-8" />
      {children}
    </main>
  );
}
