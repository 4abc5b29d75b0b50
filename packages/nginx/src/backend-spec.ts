import { z } from 'zod';
import { grpcSchema } from './grpc-settings.ts';
import {
  absolutePathSchema,
  ipAddressSchema,
  isUnique,
  portSchema,
  sha256Schema,
  slugSchema,
} from './spec.ts';

const socketPathSchema = absolutePathSchema.refine(
  (path) => path.startsWith('/run/') && path.endsWith('.sock'),
  'must be a socket below /run',
);

/** What one backend's local Nginx hands requests to; `node` is a process that listens on a port, whatever it is written in. Roots lie under `/srv/fairlead/<app>/`, sockets under `/run/` and end in `.sock`. */
export const backendTargetSchema = z.discriminatedUnion('runtime', [
  z.object({ runtime: z.literal('node'), port: portSchema }),
  z.object({ runtime: z.literal('php'), root: absolutePathSchema, socket: socketPathSchema }),
  z.object({ runtime: z.literal('static'), root: absolutePathSchema }),
]);
export type BackendTarget = z.infer<typeof backendTargetSchema>;

/** What a backend does otherwise than {@link usualLimits}: each is given only where it differs, so that one file has one spec. */
export const backendLimitsSchema = z.strictObject({
  maxBodyBytes: z.int().min(1024).optional(),
  sendSeconds: z.int().min(1).max(86_400).optional(),
  readSeconds: z.int().min(1).max(86_400).optional(),
  buffering: z.literal(false).optional(),
});
export type BackendLimits = z.infer<typeof backendLimitsSchema>;

/** The limits of a backend of which nothing else is said. It gives up on the app 5 s before the front gives up on it, so that nobody asks twice. */
export const usualLimits = {
  maxBodyBytes: 64 * 1024 ** 2,
  sendSeconds: 60,
  readSeconds: 60,
  buffering: true,
} as const;

/** Of some limits those that are not the usual ones; undefined for none. */
export function unusualLimits(
  limits: {
    [Name in keyof BackendLimits]: BackendLimits[Name] | true;
  },
): BackendLimits | undefined {
  const known = usualLimits as Record<string, unknown>;
  const rest = Object.entries(limits).filter(([name, value]) => value !== undefined && value !== known[name]);
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}

/** How long a backend waits for the app, and how it hands answers on. */
export interface BackendPatience {
  sendSeconds: number;
  readSeconds: number;
  buffering: boolean;
}

/** The local Nginx in front of the app on one backend. */
export const backendSpecSchema = z
  .object({
    kind: z.literal('backend'),
    app: slugSchema,
    generation: z.int().min(1),
    listenAddress: ipAddressSchema,
    listenPort: portSchema,
    /** Listened on too, while the port changes; absent where there is none. */
    alsoListenPorts: z.array(portSchema).min(1).max(16).optional(),
    /** Absent: it speaks no TLS. The certificate and its key lie at `backendCertificatePath` and `backendCertificateKeyPath`. */
    tls: z
      .strictObject({
        /** SHA-256 of the certificate's file. */
        certificate: sha256Schema,
        /** Those of its ports that speak TLS; the others do not. */
        ports: z.array(portSchema).min(1).max(17),
      })
      .optional(),
    /** Who may ask beside the machine itself, and whose word about the client is taken (`set_real_ip_from`). Each once. */
    balancerAddresses: z
      .array(ipAddressSchema)
      .min(1)
      .max(16)
      .refine(isUnique, 'must name each address once'),
    target: backendTargetSchema,
    /** Paths of gRPC services that come by plain HTTP, as the front's; absent where there are none. By TLS they come to `backendGrpcSpecSchema`'s file. */
    grpc: grpcSchema.min(1).optional(),
    /** Limits that the front has its own of too; absent where none is unusual. */
    limits: backendLimitsSchema.optional(),
  })
  .refine(({ app, target }) => target.runtime === 'node' || target.root.startsWith(`/srv/fairlead/${app}/`), {
    path: ['target', 'root'],
    message: 'must lie in the app’s own directory',
  })
  .refine(({ grpc, target }) => grpc === undefined || target.runtime === 'node', {
    path: ['grpc'],
    message: 'must be of a Node.js app',
  })
  .refine(({ listenPort, alsoListenPorts = [] }) => isUnique([listenPort, ...alsoListenPorts].map(String)), {
    path: ['alsoListenPorts'],
    message: 'must name each port once',
  })
  .refine(
    ({ listenPort, alsoListenPorts = [], tls }) => {
      const listened: number[] = [listenPort, ...alsoListenPorts];
      return tls === undefined || tls.ports.every((port) => listened.includes(port));
    },
    { path: ['tls', 'ports'], message: 'must be among the ports that it listens on' },
  )
  .refine(({ tls }) => isUnique((tls?.ports ?? []).map(String)), {
    path: ['tls', 'ports'],
    message: 'must name each port once',
  })
  .refine(
    ({ listenAddress, listenPort, alsoListenPorts = [], target }) =>
      target.runtime !== 'node' ||
      ![listenPort, ...alsoListenPorts].includes(target.port) ||
      listenAddress !== '127.0.0.1',
    { path: ['target', 'port'], message: 'must not be the port that the site itself listens on' },
  );
export type BackendSpec = z.infer<typeof backendSpecSchema>;

/** Where a backend takes calls of gRPC by TLS. */
export const backendGrpcSpecSchema = z
  .object({
    kind: z.literal('grpc'),
    app: slugSchema,
    generation: z.int().min(1),
    listenAddress: ipAddressSchema,
    listenPort: portSchema,
    /** SHA-256 of the file of the backend's certificate, the one that its site shows. */
    certificate: sha256Schema,
    /** Who may connect beside the machine itself. Each once. */
    balancerAddresses: z
      .array(ipAddressSchema)
      .min(1)
      .max(16)
      .refine(isUnique, 'must name each address once'),
    /** The app's own process, on 127.0.0.1. */
    processPort: portSchema,
    /** A connection on which neither side says anything for so long is closed. */
    idleSeconds: z.int().min(1).max(90_000),
  })
  .refine(({ listenPort, processPort }) => listenPort !== processPort, {
    path: ['processPort'],
    message: 'must be another port than the one that is listened on',
  });
export type BackendGrpcSpec = z.output<typeof backendGrpcSpecSchema>;
