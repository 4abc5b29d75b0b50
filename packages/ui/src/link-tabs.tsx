import { clsx } from 'clsx';
import type { ComponentType, ReactNode } from 'react';
import { tabBarClasses, tabClasses, tabMarkClasses } from './tab-classes.ts';

export interface LinkTab {
  href: string;
  label: string;
  /** Beside the label: a count, a mark. */
  aside?: ReactNode;
}

interface LinkTabsProps {
  label: string;
  tabs: LinkTab[];
  /** The address of the tab that is open. */
  current: string;
  /** The router's link. */
  link: ComponentType<{ href: string; className?: string; children: ReactNode; 'aria-current'?: 'page' }>;
}

/** Several pages of one thing; each has its own address. */
export function LinkTabs({ label, tabs, current, link: Link }: LinkTabsProps) {
  return (
    <nav aria-label={label} className={tabBarClasses}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          aria-current={tab.href === current ? 'page' : undefined}
          className={clsx(tabClasses, tab.href === current && tabMarkClasses)}
        >
          {tab.label}
          {tab.aside}
        </Link>
      ))}
    </nav>
  );
}
