import { backendSpecHash } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { renderBackend } from '@fairlead/nginx';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import { nginxOf } from '../hosts/nginx.ts';
import type { Run } from '../runtime/run.ts';
import { givenCertificate } from './backend-certificate.ts';

/**
 * The backend's own Nginx file leads to `colour` (null where the runtime has none), served and verified; by TLS with its certificate, which is issued where
 * it has none or the one that it has ends soon. Answers what to store as
 * `Backend.configHash`, and whether Nginx had to be reloaded.
 */
export async function applyBackendFile(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string | null,
): Promise<{ configHash: string; reloaded: boolean }> {
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
  const client = await run.worker.hosts.client(server);
  const file = {
    kind: 'backend' as const,
    app: fleet.app.slug,
    content,
    generation: spec.generation,
    listens,
  };
  const files = [{ ...file, ...given.file }];
  const applied = await client.call('nginx.apply', { files }, { fence: run.fence(server.id) });
  await given.keep();
  return { configHash: backendSpecHash(spec), reloaded: applied.reloaded };
}
