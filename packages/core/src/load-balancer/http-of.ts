import { AppError } from '@fairlead/errors';
import { type HttpSettings, httpSettingsSchema, isSameHttp } from '@fairlead/nginx';

/** A row with HTTP settings. */
interface Row {
  http: unknown;
}

/**
 * The HTTP settings of a load balancer's row, each at its default where the row does not name it.
 * @throws AppError `internal` for a row that was written past the schema
 */
export function httpOf({ http }: Row): HttpSettings {
  const result = httpSettingsSchema.safeParse(http ?? {});
  if (result.success) return result.data;
  throw new AppError('internal', 'The HTTP settings of this load balancer can not be read.', {
    hint: 'Restore an earlier generation of its configuration.',
    cause: result.error,
  });
}

/** Whether two rows ask for the same of the front, however their JSON is written. */
export function isHttpAlike(one: Row, other: Row): boolean {
  return isSameHttp(httpOf(one), httpOf(other));
}
