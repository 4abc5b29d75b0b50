'use client';
import { clsx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { isInside, places } from './places.ts';

interface NavigationProps {
  /** Operations that run now, beside `Operations`. */
  running: number;
}

/** The places, in the sidebar. */
export function SideNavigation({ running }: NavigationProps) {
  const pathname = usePathname();
  return (
    <nav aria-label="Main" className="flex flex-col gap-0.5">
      {places.map((place) => {
        const here = isInside(place, pathname);
        return (
          <Link
            key={place.href}
            href={place.href}
            aria-current={here ? 'page' : undefined}
            className={clsx(
              'flex h-8 items-center gap-2.5 rounded-md px-2 text-sm transition-colors',
              here ? 'bg-press font-medium text-ink' : 'text-ink-muted hover:bg-hover hover:text-ink',
            )}
          >
            <place.icon aria-hidden className="size-4" strokeWidth={1.75} />
            {place.label}
            {place.href === '/operations' && running > 0 ? (
              <span className="tabular ml-auto inline-flex items-center gap-1.5 rounded-full bg-deploying-wash px-1.5 text-deploying-ink text-xs">
                {running} running
              </span>
            ) : null}
          </Link>
        );
      })}
    </nav>
  );
}

/** The places, at the bottom of a phone. */
export function BottomNavigation({ running }: NavigationProps) {
  const pathname = usePathname();
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      {places.map((place) => {
        const here = isInside(place, pathname);
        return (
          <Link
            key={place.href}
            href={place.href}
            aria-current={here ? 'page' : undefined}
            className={clsx(
              'relative flex h-14 flex-col items-center justify-center gap-1 text-xs focus-visible:-outline-offset-2',
              here ? 'font-medium text-ink' : 'text-ink-muted',
            )}
          >
            <place.icon aria-hidden className="size-5" strokeWidth={here ? 2 : 1.75} />
            {place.label}
            {place.href === '/operations' && running > 0 ? (
              <span className="absolute top-1.5 left-1/2 ml-1.5 size-2 rounded-full bg-deploying">
                <span className="sr-only">{running} running</span>
              </span>
            ) : null}
          </Link>
        );
      })}
    </nav>
  );
}
