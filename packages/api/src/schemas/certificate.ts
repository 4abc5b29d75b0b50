import { backendWays } from '@fairlead/core';
import { z } from '@hono/zod-openapi';
import { idSchema, instantSchema } from './shared.ts';

export const expirySchema = z.enum(['far', 'soon', 'over']);

export const certificateSchema = z
  .object({
    id: idSchema,
    source: z.enum(['uploaded', 'acme']),
    /** Host names (`*.` in front for a wildcard) and addresses. */
    names: z.array(z.string()),
    notBefore: instantSchema,
    notAfter: instantSchema,
    issuer: z.string(),
    serial: z.string(),
    /** SHA-256, 64 hex digits. */
    fingerprint: z.string(),
    /** Such as `EC P-256`, `RSA 2048`. */
    keyType: z.string(),
    /** Names an OCSP responder, whose word the front then brings along. */
    ocsp: z.boolean(),
    /** Its chain leads to an authority that browsers know. */
    trusted: z.boolean(),
    /** How near its end is: `soon` is two weeks; of one that renews itself a quarter of its life, where that is shorter. */
    expiry: expirySchema,
    /** The front shows it. */
    inUse: z.boolean(),
    createdAt: instantSchema,
  })
  .openapi('Certificate');
export type Certificate = z.infer<typeof certificateSchema>;
export const certificateListSchema = z
  .object({ items: z.array(certificateSchema) })
  .openapi('CertificateList');

export const tlsSchema = z
  .object({
    mode: z.enum(['off', 'uploaded', 'acme']),
    forceHttps: z.boolean(),
    /** For how long browsers insist on HTTPS; 0: they are not told to. */
    hstsSeconds: z.int(),
    hstsSubdomains: z.boolean(),
    hstsPreload: z.boolean(),
    /** What the front shows; null: none yet. */
    certificate: certificateSchema.nullable(),
    /** Names of the app that are served by TLS, and those that are not. */
    covered: z.array(z.string()),
    uncovered: z.array(z.string()),
    /** Of a certificate that renews itself: when it is ordered next, and what the last order met. */
    order: z
      .object({
        dueAt: instantSchema,
        attemptedAt: instantSchema.nullable(),
        /** In a row. */
        failures: z.int(),
        error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }).nullable(),
      })
      .nullable(),
  })
  .openapi('Tls');
export type Tls = z.infer<typeof tlsSchema>;

export const backendTlsSchema = z
  .object({
    enabled: z.boolean(),
    port: z.int().nullable(),
    /** Where backends listen by TLS, or would, without a `port`. */
    defaultPort: z.int(),
    /** How the front asks, and after a `+` what backends are open for beside. */
    way: z.enum(backendWays),
    isInForce: z.boolean(),
    /** When the first of the backends’ certificates ends. */
    firstEndsAt: instantSchema.nullable(),
  })
  .openapi('BackendTls');
export type BackendTls = z.infer<typeof backendTlsSchema>;

export const acmeAccountSchema = z
  .object({
    /** null: the organization has none. */
    account: z
      .object({
        directoryUrl: z.string(),
        email: z.string().nullable(),
        termsAgreedAt: instantSchema,
        termsAgreedBy: z.string(),
        /** The directory knows it; it is registered with the first order. */
        registered: z.boolean(),
      })
      .nullable(),
    directories: z.array(z.object({ url: z.string(), name: z.string(), terms: z.string() })),
  })
  .openapi('AcmeAccount');
export type AcmeAccount = z.infer<typeof acmeAccountSchema>;
