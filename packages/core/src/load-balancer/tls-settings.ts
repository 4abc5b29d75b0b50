import * as z from 'zod';
import { idSchema } from '../fields/text.ts';

/** Where a front's certificate comes from. `off`: it has none, and speaks no TLS. */
export const tlsModes = ['off', 'uploaded', 'acme'] as const;
export type TlsMode = (typeof tlsModes)[number];

/** Two years: as long as browsers are asked to insist at most. */
const longestHstsSeconds = 63_072_000;

const fields = {
  mode: z.enum(tlsModes),
  /** Visitors without TLS are sent to the same address with it. */
  forceHttps: z.boolean(),
  /** For how long browsers insist on HTTPS; 0: they are not told to. */
  hstsSeconds: z.int().min(0).max(longestHstsSeconds, 'Two years at most.'),
  hstsSubdomains: z.boolean(),
  hstsPreload: z.boolean(),
};

/** How an app's front speaks TLS, as `LoadBalancer.tls` holds it. */
export const tlsSettingsSchema = z.strictObject({
  mode: fields.mode.default('off'),
  forceHttps: fields.forceHttps.default(false),
  hstsSeconds: fields.hstsSeconds.default(0),
  hstsSubdomains: fields.hstsSubdomains.default(false),
  hstsPreload: fields.hstsPreload.default(false),
});
export type TlsSettings = z.output<typeof tlsSettingsSchema>;

/** What is left out stays as it is. */
export const tlsChangeSchema = z
  .strictObject({
    ...fields,
    /** The certificate to show, of those that were uploaded. */
    certificateId: idSchema,
  })
  .partial();
export type TlsChange = z.output<typeof tlsChangeSchema>;
