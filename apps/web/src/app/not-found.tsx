import { buttonClasses, LogoMark } from '@fairlead/ui';
import type { Metadata } from 'next';
import Link from 'next/link';

export const metadata: Metadata = { title: 'Not found' };

export default function NotFound() {
  return (
    <div className="flex min-h-[60dvh] flex-col items-center justify-center px-4 text-center">
      <LogoMark className="size-8 text-ink-faint" />
      <h1 className="mt-5 text-xl">There is nothing here</h1>
      <p className="mt-1 max-w-sm text-balance text-ink-muted">
        It was removed, it belongs to another organization, or the address has a slip in it.
      </p>
      <Link href="/" className={`${buttonClasses()} mt-5`}>
        Go to the overview
      </Link>
    </div>
  );
}
