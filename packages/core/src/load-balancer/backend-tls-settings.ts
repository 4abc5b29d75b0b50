import * as z from 'zod';
import { appPortSchema } from '../fields/address.ts';

const port = appPortSchema.nullable();

/** Whether traffic from the balancer to the backends is encrypted, as `LoadBalancer.backendTls` holds it. */
export const backendTlsSettingsSchema = z.strictObject({
  enabled: z.boolean().default(false),
  /** Where all backends listen by TLS; null: 25000 and the app's slot. */
  port: port.default(null),
});
export type BackendTlsSettings = z.output<typeof backendTlsSettingsSchema>;

/** What is left out stays as it is. */
export const backendTlsChangeSchema = z.strictObject({ enabled: z.boolean(), port }).partial();
export type BackendTlsChange = z.output<typeof backendTlsChangeSchema>;
