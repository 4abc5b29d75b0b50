import { clsx } from 'clsx';
import Link from 'next/link';
import type { ReactNode } from 'react';

/** A link within text: underlined, so that colour can keep to states. */
export function TextLink({
  href,
  children,
  className,
}: {
  href: string;
  children: ReactNode;
  className?: string;
}) {
  return (
    <Link
      href={href}
      className={clsx(
        'rounded-sm underline decoration-line-strong underline-offset-3 transition-colors hover:decoration-ink',
        className,
      )}
    >
      {children}
    </Link>
  );
}
