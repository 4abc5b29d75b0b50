import type { PushDelivery, Webhook } from '@fairlead/db';
import type { DeliveryOutcome } from './outcomes.ts';
import type { GitHost } from './signature.ts';

export interface DeliveryView {
  id: string;
  host: GitHost | null;
  outcome: DeliveryOutcome;
  /** As in `refs/heads/main`; null where it names none. */
  ref: string | null;
  commit: string | null;
  operationId: string | null;
  receivedAt: string;
}

export interface WebhookView {
  enabled: boolean;
  /** Below the dashboard's address; null: there is none yet. */
  path: string | null;
  /** The newest first, 20 at most. */
  deliveries: DeliveryView[];
}

/** As it is answered once, when the secret is new. */
export type WebhookWithSecret = WebhookView & { secret: string | null };

export function viewWebhook(row: Webhook | null, deliveries: readonly PushDelivery[]): WebhookView {
  return {
    enabled: row?.enabled ?? false,
    path: row === null ? null : `/api/v1/webhooks/${row.id}`,
    deliveries: deliveries.map((delivery) => ({
      id: delivery.id,
      host: delivery.host as GitHost | null,
      outcome: delivery.outcome as DeliveryOutcome,
      ref: delivery.ref,
      commit: delivery.commit,
      operationId: delivery.operationId,
      receivedAt: delivery.receivedAt.toISOString(),
    })),
  };
}
