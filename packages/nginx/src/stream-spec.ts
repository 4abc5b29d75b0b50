import { z } from 'zod';
import { isLoopback } from './address.ts';
import { slugSchema, upstreamServerSchema } from './spec.ts';
import { streamAllowsBackup, streamsSchema } from './stream-settings.ts';

/** One backend of all streams of an app; each stream names the port itself. */
const streamServerSchema = upstreamServerSchema.omit({ port: true, maxConns: true, drain: true });
export type StreamServer = z.output<typeof streamServerSchema>;

/** The file of an app's streams on the balancer. */
export const streamSpecSchema = z
  .object({
    kind: z.literal('stream'),
    app: slugSchema,
    generation: z.int().min(1),
    streams: streamsSchema.min(1),
    /** Each once; Nginx takes no empty upstream, so a spec without servers is none. */
    servers: z
      .array(streamServerSchema)
      .min(1)
      .max(10_000)
      .refine(
        (servers) => new Set(servers.map(({ address }) => address)).size === servers.length,
        'must name each server once',
      ),
  })
  .refine(
    ({ streams, servers }) =>
      !servers.some(({ address }) => isLoopback(address)) ||
      !streams.some(({ backendPort }) => streams.some(({ listenPort }) => listenPort === backendPort)),
    { path: ['servers'], message: 'must not hold the balancer’s own streams' },
  )
  .refine(({ servers }) => servers.some(({ backup }) => !backup), {
    path: ['servers'],
    message: 'must hold one that is no backup',
  })
  .refine(
    ({ streams, servers }) =>
      streams.some(({ method }) => streamAllowsBackup(method)) || !servers.some(({ backup }) => backup),
    { path: ['servers'], message: 'must not hold a backup beside these methods' },
  );
export type StreamSpec = z.output<typeof streamSpecSchema>;
