'use client';
import type { Me } from '@fairlead/api/types';
import { Kbd, LogoMark } from '@fairlead/ui';
import { Search } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { resources } from '../data/resources.ts';
import { useResource } from '../data/use-resource.ts';
import { AccountMenu } from './account-menu.tsx';
import { ConnectionNote } from './connection-note.tsx';
import { MeProvider } from './me.tsx';
import { BottomNavigation, SideNavigation } from './navigation.tsx';
import { PaletteHost, usePalette } from './palette-host.tsx';

function SearchButton({ compact }: { compact?: boolean }) {
  const openPalette = usePalette();
  if (compact) {
    return (
      <button
        type="button"
        aria-label="Search or jump to"
        onClick={openPalette}
        className="flex size-9 items-center justify-center rounded-md text-ink-muted hover:bg-hover"
      >
        <Search aria-hidden className="size-4.5" />
      </button>
    );
  }
  return (
    <button
      type="button"
      onClick={openPalette}
      className="flex h-8 w-full items-center gap-2 rounded-md border bg-surface px-2 text-ink-faint text-sm shadow-card transition-colors hover:border-line-strong hover:text-ink-muted"
    >
      <Search aria-hidden className="size-3.5" />
      <span className="flex-1 text-left">Search or jump to…</span>
      <Kbd>⌘K</Kbd>
    </button>
  );
}

function Home({ organization }: { organization: string }) {
  return (
    <Link
      href="/"
      className="flex min-w-0 items-center gap-2.5 rounded-md"
      aria-label={`Fairlead, ${organization}`}
    >
      <LogoMark className="size-6 shrink-0" />
      <span className="truncate font-medium text-base">{organization}</span>
    </Link>
  );
}

/** The frame around every page: places, search, account, and whether the data is live. */
export function Shell({ me, children }: { me: Me; children: ReactNode }) {
  const overview = useResource(resources.overview);
  const running = overview.data?.running.length ?? 0;
  return (
    <MeProvider me={me}>
      <PaletteHost me={me}>
        <a
          href="#content"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-ink focus:px-3 focus:py-2 focus:text-on-ink focus:text-sm"
        >
          Skip to content
        </a>
        <div className="min-h-dvh lg:grid lg:grid-cols-[15.5rem_minmax(0,1fr)]">
          <aside className="sticky top-0 flex h-dvh flex-col gap-4 border-r p-3 max-lg:hidden">
            <div className="flex h-9 items-center px-1.5">
              <Home organization={me.organization.name} />
            </div>
            <SearchButton />
            <SideNavigation running={running} />
            <div className="mt-auto flex flex-col gap-2">
              <ConnectionNote />
              <AccountMenu me={me} />
            </div>
          </aside>
          <header className="sticky top-0 z-30 flex h-13 items-center gap-2 border-b bg-canvas px-4 lg:hidden">
            <div className="min-w-0 flex-1">
              <Home organization={me.organization.name} />
            </div>
            <SearchButton compact />
            <div>
              <AccountMenu me={me} />
            </div>
          </header>
          <main
            id="content"
            tabIndex={-1}
            className="mx-auto w-full min-w-0 max-w-6xl px-4 pt-6 pb-24 outline-none sm:px-6 lg:px-10 lg:pt-9 lg:pb-16"
          >
            <div className="lg:hidden">
              <ConnectionNote />
            </div>
            {children}
          </main>
        </div>
        <BottomNavigation running={running} />
      </PaletteHost>
    </MeProvider>
  );
}
