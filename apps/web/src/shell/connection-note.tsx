'use client';
import { RefreshCw } from 'lucide-react';
import { useConnection } from '../data/live.tsx';

/** Says so when changes do not arrive by themselves; silent while they do. */
export function ConnectionNote() {
  if (useConnection() !== 'polling') return null;
  return (
    <p
      role="status"
      className="flex items-start gap-2 rounded-md bg-draining-wash px-2.5 py-2 text-draining-ink text-xs max-lg:mb-4"
    >
      <RefreshCw aria-hidden className="mt-0.5 size-3 shrink-0" />
      Live updates are interrupted. Fairlead asks every 5 s until they are back.
    </p>
  );
}
