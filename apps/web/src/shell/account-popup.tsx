'use client';
import { Menu } from '@fairlead/ui';
import { KeyRound, LogOut, Monitor, Moon, Settings, Sun } from 'lucide-react';
import Link from 'next/link';
import type { ReactElement } from 'react';
import { signOut } from '../data/session.ts';
import { setTheme } from './theme.ts';

/** The account's menu, loaded when it is first opened. */
export function AccountPopup({ trigger }: { trigger: ReactElement }) {
  return (
    <Menu
      defaultOpen
      align="start"
      trigger={trigger}
      groups={[
        [
          { label: 'System theme', icon: <Monitor aria-hidden />, onSelect: () => setTheme('system') },
          { label: 'Light theme', icon: <Sun aria-hidden />, onSelect: () => setTheme('light') },
          { label: 'Dark theme', icon: <Moon aria-hidden />, onSelect: () => setTheme('dark') },
        ],
        [
          { label: 'Settings', icon: <Settings aria-hidden />, render: <Link href="/settings" /> },
          { label: 'API tokens', icon: <KeyRound aria-hidden />, render: <Link href="/settings/tokens" /> },
        ],
        [{ label: 'Sign out', icon: <LogOut aria-hidden />, onSelect: () => void signOut() }],
      ]}
    />
  );
}
