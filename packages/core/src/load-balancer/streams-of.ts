import { AppError } from '@fairlead/errors';
import { type StreamSettings, streamsSchema } from '@fairlead/nginx';

/**
 * The TCP streams of a load balancer's row.
 * @throws AppError `internal` for a row that was written past the schema
 */
export function streamsOf({ streams }: { streams: unknown }): StreamSettings[] {
  const result = streamsSchema.safeParse(streams ?? []);
  if (result.success) return result.data;
  throw new AppError('internal', 'The TCP streams of this load balancer can not be read.', {
    hint: 'Restore an earlier generation of its configuration.',
    cause: result.error,
  });
}
