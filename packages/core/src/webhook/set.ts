import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { webhookSecretBinding } from '../bindings.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockApp, tenant } from '../tenant.ts';
import { loadWebhook } from './read.ts';
import { setWebhookInput } from './schemas.ts';
import { newWebhookId, newWebhookSecret } from './secret.ts';
import type { WebhookWithSecret } from './view.ts';

/** Switches deployments by push on or off. The first time it makes the address and the secret, which is answered this once. */
export const setWebhook: UseCase<unknown, WebhookWithSecret> = async (ctx, actor, input) => {
  authorize(actor, 'webhook.set');
  const { appId, enabled } = parseInput(setWebhookInput, input);
  return tenant(ctx, actor).$transaction(async (tx) => {
    await lockApp(tx, actor, appId);
    const app = found(await tx.app.findUnique({ where: { id: appId }, include: { webhook: true } }), 'app');
    if (app.removing) throw new AppError('conflict', 'This app is being removed.');
    const secret = app.webhook === null ? newWebhookSecret() : null;
    if (secret === null) await tx.webhook.update({ where: { appId }, data: { enabled } });
    else {
      const secretCipher = ctx.cipher.encrypt(secret, webhookSecretBinding(actor.organizationId, appId));
      await tx.webhook.create({ data: { id: newWebhookId(), appId, enabled, secretCipher } });
    }
    const subject = { type: 'app' as const, id: appId, name: app.name };
    await recordAudit(tx, actor, 'webhook.set', subject, { details: { enabled } });
    await announce(tx, actor.organizationId, 'app', appId);
    return { ...(await loadWebhook(tx, appId)), secret };
  });
};
