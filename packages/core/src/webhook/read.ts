import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import type { Transaction } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { webhookInput } from './schemas.ts';
import { viewWebhook, type WebhookView } from './view.ts';

/** An app's webhook with its last deliveries; its secret is never answered again. */
export const readWebhook: UseCase<unknown, WebhookView> = async (ctx, actor, input) => {
  authorize(actor, 'webhook.read');
  const { appId } = parseInput(webhookInput, input);
  return loadWebhook(tenant(ctx, actor), appId);
};

/** The same, for whoever has checked the right. */
export async function loadWebhook(tx: Transaction, appId: string): Promise<WebhookView> {
  const app = await tx.app.findUnique({
    where: { id: appId },
    include: { webhook: true, pushDeliveries: { orderBy: { id: 'desc' }, take: 20 } },
  });
  const { webhook, pushDeliveries } = found(app, 'app');
  return viewWebhook(webhook, pushDeliveries);
}
