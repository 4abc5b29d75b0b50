import { AppError } from '@fairlead/errors';
import { type BackendTlsSettings, backendTlsSettingsSchema } from './backend-tls-settings.ts';

export type { BackendTlsSettings } from './backend-tls-settings.ts';

/**
 * How the backends of a load balancer's row are to be asked, each setting at its default where the row does not name it.
 * @throws AppError `internal` for a row that was written past the schema
 */
export function backendTlsOf({ backendTls }: { backendTls?: unknown }): BackendTlsSettings {
  const result = backendTlsSettingsSchema.safeParse(backendTls ?? {});
  if (result.success) return result.data;
  throw new AppError('internal', 'The TLS settings of these backends can not be read.', {
    hint: 'Change them once more.',
    cause: result.error,
  });
}
