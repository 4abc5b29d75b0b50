import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { webhookSecretBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { loadWebhook } from './read.ts';
import { webhookInput } from './schemas.ts';
import { newWebhookId, newWebhookSecret } from './secret.ts';
import type { WebhookWithSecret } from './view.ts';

/** Another address and another secret, answered this once: from now on the old ones open nothing. */
export const rotateWebhook: UseCase<unknown, WebhookWithSecret> = async (ctx, actor, input) => {
  authorize(actor, 'webhook.rotate');
  const { appId } = parseInput(webhookInput, input);
  return tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const secret = newWebhookSecret();
    const fresh = {
      id: newWebhookId(),
      secretCipher: ctx.cipher.encrypt(secret, webhookSecretBinding(actor.organizationId, appId)),
    };
    await tx.webhook.upsert({ where: { appId }, create: { appId, ...fresh }, update: fresh });
    await recordAudit(tx, actor, 'webhook.rotate', { type: 'app', id: appId, name: app.name });
    await announce(tx, actor.organizationId, 'app', appId);
    return { ...(await loadWebhook(tx, appId)), secret };
  });
};
