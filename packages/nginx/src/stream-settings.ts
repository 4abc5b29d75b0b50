import * as z from 'zod';
import { canonicalNetwork } from './access-settings.ts';
import { hostnamePattern } from './hostname.ts';

/** How connections are shared out over the backends of a stream. */
export const streamMethods = ['round_robin', 'least_conn', 'hash', 'random'] as const;
export type StreamMethod = (typeof streamMethods)[number];

/** Methods beside which Nginx takes no `backup`. @see https://nginx.org/en/docs/stream/ngx_stream_upstream_module.html#backup */
export function streamAllowsBackup(method: StreamMethod): boolean {
  return method === 'round_robin' || method === 'least_conn';
}

const port = z.int('Give a port from 1 to 65535.').min(1).max(65_535);
const seconds = (max: number) =>
  z
    .int(`Give whole seconds from 1 to ${max}.`)
    .min(1, `Give whole seconds from 1 to ${max}.`)
    .max(max, `Give whole seconds from 1 to ${max}.`);
const isUnique = (values: readonly string[]) => new Set(values).size === values.length;

const network = z
  .string()
  .max(50)
  .overwrite((source) => canonicalNetwork(source) ?? source)
  .refine(
    (source) => source !== 'all' && canonicalNetwork(source) !== null,
    'Give an address, or a network such as 10.0.0.0/8 or 2001:db8::/32.',
  );
const networks = z
  .array(network)
  .max(100, 'At most 100 networks.')
  .refine(isUnique, 'A network is listed twice.')
  .default([]);

/**
 * One listening TCP port of an app's balancer, or one share of it: with `serverNames`, TLS is passed through by the name that the client asks for and
 * ends at the backends.
 */
export const streamSettingsSchema = z.strictObject({
  /** What the stream is called within the app. */
  name: z
    .string()
    .regex(
      /^[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?$/,
      'Use up to 31 lower-case letters, digits and hyphens, a letter first.',
    ),
  /** Where clients connect. */
  listenPort: port,
  /** Where the service listens on each backend. */
  backendPort: port,
  serverNames: z
    .array(
      z
        .string()
        .max(253)
        .overwrite((name) => name.toLowerCase())
        .regex(hostnamePattern, 'Give host names such as db.example.com.'),
    )
    .max(50, 'At most 50 names.')
    .refine(isUnique, 'A name is listed twice.')
    .default([]),
  method: z.enum(streamMethods).default('round_robin'),
  /** Proxies before the balancer, whose PROXY header (v1 or v2) is believed; with any, every client has to send one. */
  proxyProtocolFrom: networks,
  /** Whether backends are told who the client is, by a PROXY header v1. */
  proxyProtocolOut: z.boolean().default(false),
  connectTimeoutSeconds: seconds(75).default(5),
  /** A connection on which neither side says anything for so long is closed. */
  idleTimeoutSeconds: seconds(604_800).default(3600),
  /** Connections to one backend at once; 0: no limit. */
  maxConns: z.int('Give a whole number from 0 to 1,000,000.').min(0).max(1_000_000).default(0),
  /** Who may connect; nobody named: everybody. */
  allowFrom: networks,
});
export type StreamSettings = z.output<typeof streamSettingsSchema>;

/** What Nginx decides for a whole port before it knows the name that a client asks for. */
const OF_PORT = ['proxyProtocolFrom', 'allowFrom'] as const;
/** What streams of one app on one port have in common: they are one `server` of Nginx's. */
const OF_SERVER = [
  ...OF_PORT,
  'proxyProtocolOut',
  'connectTimeoutSeconds',
  'idleTimeoutSeconds',
] as const satisfies readonly (keyof StreamSettings)[];

/** The first setting in which two streams on one port of different apps must not differ and do; null for none. */
export function portDisagreement(one: StreamSettings, other: StreamSettings): keyof StreamSettings | null {
  return differing(OF_PORT, one, other);
}

function differing(
  fields: readonly (keyof StreamSettings)[],
  one: StreamSettings,
  other: StreamSettings,
): keyof StreamSettings | null {
  return fields.find((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field])) ?? null;
}

/** All streams of an app. */
export const streamsSchema = z
  .array(streamSettingsSchema)
  .max(50, 'At most 50 streams.')
  .check((context) => {
    const refuse = (index: number, field: keyof StreamSettings, message: string) =>
      context.issues.push({ code: 'custom', message, path: [index, field], input: context.value[index] });
    for (const [index, stream] of context.value.entries()) {
      const earlier = context.value.slice(0, index);
      if (earlier.some(({ name }) => name === stream.name))
        refuse(index, 'name', 'Another stream is called so.');
      const beside = earlier.find(({ listenPort }) => listenPort === stream.listenPort);
      if (beside === undefined) continue;
      if (stream.serverNames.length === 0 || beside.serverNames.length === 0) {
        refuse(
          index,
          'listenPort',
          `${beside.name} listens here; only streams with server names share a port.`,
        );
        continue;
      }
      const taken = earlier
        .filter(({ listenPort }) => listenPort === stream.listenPort)
        .flatMap(({ serverNames }) => serverNames);
      const twice = stream.serverNames.find((name) => taken.includes(name));
      if (twice !== undefined) refuse(index, 'serverNames', `Another stream on this port takes ${twice}.`);
      const field = differing(OF_SERVER, stream, beside);
      if (field !== null)
        refuse(index, field, `${beside.name} on the same port says otherwise; let both say the same.`);
    }
  });

/** Whether two lists ask for the same. */
export function isSameStreams(one: readonly StreamSettings[], other: readonly StreamSettings[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
