'use client';
import type { App, LoadBalancer } from '@fairlead/api/types';
import { Button, ErrorNote, Panel, RelativeTime } from '@fairlead/ui';
import { useAction } from '../../../../../data/use-action.tsx';
import { useMay } from '../../../../../shell/me.tsx';

interface OrderPanelProps {
  app: App;
  order: NonNullable<LoadBalancer['tls']['order']>;
}

/** When the certificate is ordered next, and what the last order met. */
export function OrderPanel({ app, order }: OrderPanelProps) {
  const may = useMay();
  const asked = useAction({ failure: 'Could not order the certificate' });
  const { dueAt, failures, error } = order;
  return (
    <Panel
      title="Renewal"
      description="Ordered for every domain, proved through the balancer on port 80, shown without losing a request."
      aside={
        may('certificate.order') ? (
          <Button
            size="sm"
            disabled={app.activeOperation !== null}
            pending={asked.pending && 'Ordering…'}
            onClick={() => asked.run({ method: 'POST', path: `/apps/${app.id}/certificates/order` })}
          >
            Order now
          </Button>
        ) : null
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <p>
          {failures === 0 ? 'Next order ' : 'Tried again '}
          <RelativeTime at={dueAt} />
          {failures > 1 ? `, after ${failures} failures` : ''}.
        </p>
        {error ? <ErrorNote title="The last order failed" error={error} /> : null}
      </div>
    </Panel>
  );
}
