import type { ReactNode } from 'react';

/** The card of the door: what it is for, then the form. */
export function DoorCard({
  title,
  description,
  children,
}: {
  title: string;
  description: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="w-full max-w-md rounded-lg border bg-surface p-6 shadow-card sm:p-8">
      <h1 className="text-xl">{title}</h1>
      <div className="mt-1.5 mb-6 text-ink-muted">{description}</div>
      {children}
    </section>
  );
}
