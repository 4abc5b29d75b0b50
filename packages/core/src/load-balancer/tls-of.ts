import { AppError } from '@fairlead/errors';
import { type TlsSettings, tlsSettingsSchema } from './tls-settings.ts';

/**
 * The TLS settings of a load balancer's row, each at its default where the row does not name it.
 * @throws AppError `internal` for a row that was written past the schema
 */
export function tlsOf({ tls }: { tls?: unknown }): TlsSettings {
  const result = tlsSettingsSchema.safeParse(tls ?? {});
  if (result.success) return result.data;
  throw new AppError('internal', 'The TLS settings of this load balancer can not be read.', {
    hint: 'Change them once more.',
    cause: result.error,
  });
}
