import { backendSpecHash } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { renderBackend } from '@fairlead/nginx';
import type { HostInput } from '@fairlead/remote';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import { nginxOf } from '../hosts/nginx.ts';
import type { Run } from '../runtime/run.ts';
import { givenCertificate } from './backend-certificate.ts';

/** A backend's own Nginx file, to be applied on its server. */
export interface BackendFile {
  file: HostInput<'nginx.apply'>['files'][number];
  /** What to store as `Backend.configHash`. */
  configHash: string;
  /** To be called once it is served. */
  keep(): Promise<void>;
}

/**
 * The backend's own Nginx file that leads to `colour` (null where the runtime has none); by TLS with its certificate, which is issued where it has none or the
 * one that it has ends soon.
 */
export async function backendFile(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string | null,
): Promise<BackendFile> {
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
  const { spec } = desired;
  const { content, listens } = renderBackend(spec, nginxOf(server));
  const file = { kind: 'backend' as const, app: fleet.app.slug, content, generation: spec.generation };
  return { file: { ...file, listens, ...given.file }, configHash: backendSpecHash(spec), keep: given.keep };
}

/** It is served and verified. Answers what to store as `Backend.configHash`, and whether Nginx had to be reloaded. */
export async function applyBackendFile(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string | null,
): Promise<{ configHash: string; reloaded: boolean }> {
  const { file, configHash, keep } = await backendFile(run, fleet, backend, colour);
  const client = await run.worker.hosts.client(serverOf(fleet, backend.serverId));
  const { reloaded } = await client.call(
    'nginx.apply',
    { files: [file] },
    { fence: run.fence(backend.serverId) },
  );
  await keep();
  return { configHash, reloaded };
}
