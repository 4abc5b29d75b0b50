'use client';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { SettingsForm } from '../../../../../parts/settings-form.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { useApp } from '../use-app.ts';
import { AccessPanel } from './access-panel.tsx';
import { appSettings } from './app-settings.ts';
import { RemoveApp } from './remove-app.tsx';
import { WebhookPanel } from './webhook-panel.tsx';

/** What the app is and how it is built, checked and reached; what opens its repository; what starts a deployment; and its end. */
export function AppSettingsPage({ appId }: { appId: string }) {
  const may = useMay();
  const app = useApp(appId);
  const webhook = useResource(resources.webhook(appId), { enabled: may('webhook.read') });
  const access = useResource(resources.repositoryAccess(appId), { enabled: may('repository-access.read') });
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
      {access.data ? <AccessPanel app={app} access={access.data} /> : null}
      {webhook.data ? <WebhookPanel app={app} webhook={webhook.data} /> : null}
      {may('app.remove') ? <RemoveApp app={app} /> : null}
    </>
  );
}
