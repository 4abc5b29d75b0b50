'use client';
import type { Me } from '@fairlead/api/types';
import { ChevronsUpDown } from 'lucide-react';
import { type ComponentProps, lazy, Suspense, useState } from 'react';

const AccountPopup = lazy(() =>
  import('./account-popup.tsx').then((module) => ({ default: module.AccountPopup })),
);

function AccountButton({ me, ...rest }: { me: Me } & ComponentProps<'button'>) {
  const initials = me.user.name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
  return (
    <button
      type="button"
      aria-haspopup="menu"
      {...rest}
      className="flex w-full items-center gap-2.5 rounded-md p-1.5 text-left transition-colors hover:bg-hover"
    >
      <span
        aria-hidden
        className="flex size-7 shrink-0 items-center justify-center rounded-full bg-ink font-medium text-on-ink text-xs"
      >
        {initials}
      </span>
      <span className="min-w-0 flex-1 max-lg:sr-only">
        <span className="sr-only">Account of </span>
        <span className="block truncate text-sm leading-4">{me.user.name}</span>
        <span className="block truncate text-ink-muted text-xs capitalize">{me.role}</span>
      </span>
      <ChevronsUpDown aria-hidden className="size-3.5 text-ink-faint max-lg:hidden" />
    </button>
  );
}

/** Who is signed in, and what is theirs: theme, settings, the way out. */
export function AccountMenu({ me }: { me: Me }) {
  const [wanted, setWanted] = useState(false);
  const plain = <AccountButton me={me} onClick={() => setWanted(true)} />;
  if (!wanted) return plain;
  return (
    <Suspense fallback={plain}>
      <AccountPopup trigger={<AccountButton me={me} />} />
    </Suspense>
  );
}
