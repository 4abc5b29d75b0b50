'use client';
import { LinkTabs, PageHeader } from '@fairlead/ui';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import type { ReactNode } from 'react';
import { useMay, useMe } from '../../../shell/me.tsx';

/** The pages of the settings. */
export function SettingsFrame({ children }: { children: ReactNode }) {
  const pathname = usePathname();
  const me = useMe();
  const may = useMay();
  const tabs = [
    { href: '/settings', label: 'Account' },
    { href: '/settings/team', label: 'Team' },
    { href: '/settings/tokens', label: 'API tokens' },
    { href: '/settings/ssh-key', label: 'SSH key' },
    ...(may('audit.list') ? [{ href: '/settings/audit', label: 'Audit log' }] : []),
  ];
  return (
    <>
      <PageHeader
        className="mb-4"
        title="Settings"
        answer={`You are ${me.role} of ${me.organization.name}. Fairlead ${me.version}.`}
      />
      <LinkTabs label="Settings" link={Link} current={pathname} tabs={tabs} />
      <div className="flex max-w-3xl flex-col gap-5 pt-5">{children}</div>
    </>
  );
}
