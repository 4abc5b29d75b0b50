'use client';
import { SettingsForm } from '../../../../../parts/settings-form.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { appSettings } from './app-settings.ts';
import { RemoveApp } from './remove-app.tsx';

/** What the app is and how it is built, checked and reached; and its end. */
export function AppSettingsPage({ appId }: { appId: string }) {
  const may = useMay();
  const app = useApp(appId);
  if (!app) return null;
  return (
    <>
      <SettingsForm
        key={app.updatedAt}
        subject={app}
        groups={appSettings}
        path={`/apps/${app.id}`}
        mayChange={may('app.update')}
      />
      {may('app.remove') ? <RemoveApp app={app} /> : null}
    </>
  );
}
