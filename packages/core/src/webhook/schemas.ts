import * as z from 'zod';
import { idSchema } from '../fields/text.ts';

export const webhookInput = z.strictObject({ appId: idSchema });
export const setWebhookBody = z.strictObject({ enabled: z.boolean() });
export const setWebhookInput = setWebhookBody.extend(webhookInput.shape);
