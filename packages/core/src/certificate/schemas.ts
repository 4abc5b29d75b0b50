import * as z from 'zod';
import { idempotencyKeySchema, idSchema } from '../fields/text.ts';

export const uploadCertificateBody = z.strictObject({
  /** PEM: the app's own certificate first, then those who issued it, each after what it issued. */
  certificate: z
    .string()
    .min(1, 'Paste the certificate.')
    .max(100_000, 'That is too long for a certificate.'),
  /** PEM, without a passphrase. */
  key: z.string().min(1, 'Paste the key.').max(20_000, 'That is too long for a key.'),
});
export type UploadCertificateBody = z.input<typeof uploadCertificateBody>;
export const uploadCertificateInput = uploadCertificateBody.extend({ appId: idSchema });
export const removeCertificateInput = z.strictObject({ appId: idSchema, certificateId: idSchema });
export const orderCertificateInput = z.strictObject({
  appId: idSchema,
  idempotencyKey: idempotencyKeySchema,
});
