import { streamSettingsSchema, streamsSchema } from '@fairlead/core/schemas';
import type { Stream } from './streams.ts';

// Apart from what the page itself shows: the schemas come with the dialog.

/** A stream to begin with. */
export function freshStream(): Stream {
  return streamSettingsSchema.parse({ name: 'service', listenPort: 9000, backendPort: 9001 });
}

/** What is wrong with one of an app's streams, by field; the rules of the API itself. */
export function streamErrors(streams: readonly Stream[], index: number): Record<string, string> {
  const { error } = streamsSchema.safeParse(streams);
  return ofStream(
    (error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]),
    index,
  );
}

/** What the API refused of one of an app's streams, by field. */
export function refusedOf(fields: Record<string, string>, index: number): Record<string, string> {
  return ofStream(
    Object.entries(fields).map(([path, message]) => [path.replace(/^streams\./, ''), message]),
    index,
  );
}

/** `2.serverNames.0` of stream 2 counts for `serverNames`. */
function ofStream(errors: [string, string][], index: number): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [path, message] of errors) {
    const [at, field] = path.split('.');
    if (at === String(index) && field !== undefined) fields[field] ??= message;
  }
  return fields;
}
