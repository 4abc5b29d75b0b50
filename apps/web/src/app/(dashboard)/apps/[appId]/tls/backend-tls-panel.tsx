'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, Checkbox, Field, Input, Note, Panel } from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';

const TlsPlanDialog = dynamic(() => import('./tls-plan-dialog.tsx').then((module) => module.TlsPlanDialog), {
  ssr: false,
});

interface BackendTlsPanelProps {
  app: App;
  backendTls: LoadBalancer['backendTls'];
  mayChange: boolean;
  busy: boolean;
}

/** Whether the balancer asks the backends by TLS; looked at as a plan, then applied. */
export function BackendTlsPanel({ app, backendTls, mayChange, busy }: BackendTlsPanelProps) {
  const { enabled, port, defaultPort, way, firstEndsAt } = backendTls;
  const [isOn, setOn] = useState(enabled);
  const [text, setText] = useState(port === null ? '' : String(port));
  const [isReviewed, setReviewed] = useState(false);
  const wanted = text === '' ? null : Number(text);
  const isUnfinished = way !== (enabled ? 'tls' : 'plain');
  const isNew = isOn !== enabled || wanted !== port || isUnfinished;
  return (
    <Panel
      title="Traffic to the backends"
      description="By the balancer to each backend’s own Nginx, on the network between them."
    >
      <div className="flex flex-col gap-5">
        {isUnfinished && !busy ? <Note>{unfinished(backendTls)}</Note> : null}
        <Checkbox
          checked={isOn}
          disabled={!mayChange}
          onChange={setOn}
          label="Encrypt traffic to backends"
          detail="TLS, by certificates that Fairlead issues for this app’s backends alone and renews by itself. A backend that shows another one gets no request."
        />
        {isOn || enabled ? (
          <Field
            label="Port"
            hint={
              enabled
                ? `Backends listen on ${port ?? defaultPort}. It can change while traffic is not encrypted.`
                : `The same on every backend; ${defaultPort} if you leave it empty.`
            }
          >
            <Input
              inputMode="numeric"
              value={text}
              placeholder={String(defaultPort)}
              disabled={!mayChange || enabled}
              onChange={(event) => setText(event.target.value.replace(/\D/g, '').slice(0, 5))}
            />
          </Field>
        ) : null}
        {firstEndsAt === null ? null : (
          <p className="text-sm">
            The first of the backends’ certificates ends on {firstEndsAt.slice(0, 10)}, and is renewed a month
            before.
          </p>
        )}
        {mayChange ? (
          <div className="flex justify-end">
            <Button
              disabled={!isNew || busy}
              aria-label="Review plan: Traffic to the backends"
              onClick={() => setReviewed(true)}
            >
              Review plan
            </Button>
          </div>
        ) : null}
      </div>
      {isReviewed ? (
        <TlsPlanDialog
          app={app}
          asked={{ backendTls: { enabled: isOn, ...(wanted === port ? {} : { port: wanted }) } }}
          onClose={() => setReviewed(false)}
        />
      ) : null}
    </Panel>
  );
}

/** Of a change that stopped on its way: how requests go now, and what to do. */
function unfinished({ enabled, isInForce }: LoadBalancer['backendTls']): string {
  if (enabled && !isInForce) {
    return 'It is not in force yet: requests still go to the backends by plain HTTP. Look at the operation that failed, then review the plan again.';
  }
  if (!enabled && isInForce) {
    return 'Requests still go to the backends by TLS. Look at the operation that failed, then review the plan again.';
  }
  return 'A port of the backends that nobody asks any more is still open. Review the plan again to close it.';
}
