'use client';
import { Tabs as BaseTabs } from '@base-ui/react/tabs';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { tabBarClasses, tabClasses, tabMarkClasses } from './tab-classes.ts';

export interface Tab {
  value: string;
  label: string;
  content: ReactNode;
}

/** Several views of one thing, on one page. */
export function Tabs({ tabs, label }: { tabs: Tab[]; label: string }) {
  return (
    <BaseTabs.Root defaultValue={tabs[0]?.value}>
      <BaseTabs.List aria-label={label} className={tabBarClasses}>
        {tabs.map((tab) => (
          <BaseTabs.Tab
            key={tab.value}
            value={tab.value}
            className={(state) => clsx(tabClasses, state.active && tabMarkClasses)}
          >
            {tab.label}
          </BaseTabs.Tab>
        ))}
      </BaseTabs.List>
      {tabs.map((tab) => (
        <BaseTabs.Panel key={tab.value} value={tab.value} className="pt-4 outline-none">
          {tab.content}
        </BaseTabs.Panel>
      ))}
    </BaseTabs.Root>
  );
}
