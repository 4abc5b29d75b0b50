import { backendSpecHash } from '@fairlead/core';
import type { Backend, Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { type RenderedConfig, renderBackend, renderBackendGrpc } from '@fairlead/nginx';
import type { HostInput } from '@fairlead/remote';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import { factsOf } from '../hosts/needs.ts';
import { nginxOf } from '../hosts/nginx.ts';
import type { Run } from '../runtime/run.ts';
import { givenCertificate } from './backend-certificate.ts';

type NginxFile = HostInput<'nginx.apply'>['files'][number];

/** A backend's own Nginx files, to be applied on its server together. */
export interface BackendFiles {
  files: NginxFile[];
  /** What to store as `Backend.configHash`. */
  configHash: string;
  /** To be called once it is served. */
  keep(): Promise<void>;
}

/**
 * The backend's own Nginx files that lead to `colour` (null where the runtime has none); by TLS with its certificate, which is issued where it has none or the
 * one that it has ends soon.
 */
export async function backendFiles(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string | null,
): Promise<BackendFiles> {
  const server = serverOf(fleet, backend.serverId);
  const given = await givenCertificate(run, fleet, backend);
  const backends = fleet.backends.map((row) => (row.id === backend.id ? { ...row, colour } : row));
  const desired = provenState({ ...given.fleet, backends }).backends.find(
    ({ backendId }) => backendId === backend.id,
  );
  if (!desired?.spec) {
    throw new AppError('internal', 'A backend that should not be there was to be switched.', {
      server: server.name,
    });
  }
  const { spec, grpc } = desired;
  const { content, listens } = renderBackend(spec, nginxOf(server));
  const common = { app: fleet.app.slug, generation: spec.generation };
  const site = { kind: 'backend' as const, ...common, content, listens, ...given.file };
  if (grpc !== null && !knowsGrpc(server)) throw grpcUnknown(server);
  const calls =
    grpc === null
      ? withoutGrpc(fleet, backend)
      : [{ kind: 'grpc' as const, ...common, ...fileOf(renderBackendGrpc(grpc)) }];
  return { files: [site, ...calls], configHash: backendSpecHash(spec, grpc), keep: given.keep };
}

const fileOf = ({ content, listens }: RenderedConfig) => ({ content, listens });

/** Whether the server's host program is of a time when there were files for calls of gRPC. */
function knowsGrpc(server: Server): boolean {
  return factsOf(server)?.grpcFiles === true;
}

function grpcUnknown({ name }: Server): AppError {
  return new AppError('system-unsupported', `The host program of ${name} knows nothing of gRPC by TLS.`, {
    server: name,
    hint: 'Prepare the server again.',
  });
}

/** No file for calls of gRPC on a backend's server; nothing to say to a host program that knows of none. */
function withoutGrpc(fleet: Fleet, { serverId }: Backend): NginxFile[] {
  return knowsGrpc(serverOf(fleet, serverId)) ? [noFile(fleet, 'grpc')] : [];
}

/** No file of a backend on its server. */
export function noBackendFiles(fleet: Fleet, backend: Backend): NginxFile[] {
  return [noFile(fleet, 'backend'), ...withoutGrpc(fleet, backend)];
}

function noFile({ app, loadBalancer }: Fleet, kind: NginxFile['kind']): NginxFile {
  return { kind, app: app.slug, content: null, generation: loadBalancer.generation, listens: [] };
}

/** It is served and verified. Answers what to store as `Backend.configHash`, and whether Nginx had to be reloaded. */
export async function applyBackendFile(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string | null,
): Promise<{ configHash: string; reloaded: boolean }> {
  const { files, configHash, keep } = await backendFiles(run, fleet, backend, colour);
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const { reloaded } = await client.call('nginx.apply', { files }, { fence: run.fence(backend.serverId) });
  await keep();
  return { configHash, reloaded };
}
