'use client';
import type { App, Webhook, WebhookWithSecret } from '@fairlead/api/types';
import { Button, CodeBlock, ConfirmDialog, Note, Panel, Switch } from '@fairlead/ui';
import { useState } from 'react';
import { useAction } from '../../../../../data/use-action.tsx';
import { useMay } from '../../../../../shell/me.tsx';
import { DeliveryTable } from './delivery-table.tsx';

interface WebhookPanelProps {
  app: App;
  webhook: Webhook;
}

/** Deployments that a push starts: where the Git host sends its messages, by which secret, and what became of the last ones. */
export function WebhookPanel({ app, webhook }: WebhookPanelProps) {
  const may = useMay();
  const [isRotating, setRotating] = useState(false);
  const path = `/apps/${app.id}/webhook`;
  const set = useAction<WebhookWithSecret>({ failure: 'Could not change the webhook' });
  const rotate = useAction<WebhookWithSecret>({ failure: 'Could not replace the secret' });
  const mayChange = may('webhook.set') && app.status !== 'removing';
  const secret = rotate.answer?.secret ?? set.answer?.secret ?? null;
  return (
    <Panel
      title="Deploy on push"
      description={`A push to ${app.branch} deploys it. While one deployment runs, all that is pushed waits behind it as one.`}
      aside={
        <Switch
          label="Deploy on push"
          checked={webhook.enabled}
          disabled={!mayChange || set.pending}
          onChange={(enabled) => set.run({ method: 'PUT', path, body: { enabled } })}
        />
      }
    >
      {webhook.path === null ? (
        <p className="text-ink-muted text-sm">
          Off. Switched on, it gives an address and a secret to enter at GitHub, GitLab, Bitbucket or Gitea.
        </p>
      ) : (
        <div className="flex flex-col gap-5">
          <Address path={webhook.path} />
          {secret === null ? null : (
            <div className="flex flex-col gap-3">
              <CodeBlock code={secret} title="secret" copyLabel="Copy secret" wrap />
              <Note tone="warning">It is shown this once. Fairlead keeps it encrypted.</Note>
            </div>
          )}
          <DeliveryTable deliveries={webhook.deliveries} />
          {mayChange ? (
            <Button size="sm" className="self-end" onClick={() => setRotating(true)}>
              Replace address and secret
            </Button>
          ) : null}
        </div>
      )}
      <ConfirmDialog
        open={isRotating}
        onOpenChange={setRotating}
        title="Replace the webhook’s address and secret?"
        action="Replace both"
        pending={rotate.pending && 'Replacing…'}
        onConfirm={() =>
          rotate.run({ method: 'POST', path: `${path}/secret` }, { onSettled: () => setRotating(false) })
        }
      >
        <p>Pushes start nothing until the Git host has the new ones.</p>
      </ConfirmDialog>
    </Panel>
  );
}

function Address({ path }: { path: string }) {
  // The webhook is read by the browser alone, never beside the page.
  const url = `${window.location.origin}${path}`;
  return (
    <div className="flex flex-col gap-2">
      <CodeBlock code={url} title="address" copyLabel="Copy address" wrap />
      <p className="text-ink-muted text-sm">For pushes alone; content type application/json.</p>
    </div>
  );
}
