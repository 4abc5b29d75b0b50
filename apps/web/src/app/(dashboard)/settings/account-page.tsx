'use client';
import { Button, KeyValue, Panel, RadioCards } from '@fairlead/ui';
import { useSyncExternalStore } from 'react';
import { signOut } from '../../../data/session.ts';
import { useMe } from '../../../shell/me.tsx';
import { currentTheme, setTheme, subscribeTheme, type Theme } from '../../../shell/theme.ts';
import { SessionList } from './session-list.tsx';

/** Who is signed in, where else, and what the dashboard looks like. */
export function AccountPage() {
  const me = useMe();
  const theme = useSyncExternalStore<Theme>(subscribeTheme, currentTheme, () => 'system');
  return (
    <>
      <Panel title="Account">
        <KeyValue
          className="-my-2.5"
          rows={[
            { label: 'Name', value: me.user.name },
            { label: 'E-mail', value: me.user.email },
            { label: 'Organization', value: me.organization.name },
            { label: 'Role', value: <span className="capitalize">{me.role}</span> },
          ]}
        />
      </Panel>
      <Panel title="Theme">
        <RadioCards<Theme>
          label="Theme"
          columns={3}
          value={theme}
          onChange={setTheme}
          cards={[
            { value: 'system', label: 'System', detail: 'As this machine is.' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
      </Panel>
      <SessionList />
      <div>
        <Button onClick={() => void signOut()}>Sign out</Button>
      </div>
    </>
  );
}
