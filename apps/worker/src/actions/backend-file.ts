import { backendSpecHash } from '@fairlead/core';
import type { Backend } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { renderBackend } from '@fairlead/nginx';
import { type Fleet, provenState, serverOf } from '../fleet.ts';
import { nginxOf } from '../hosts/nginx.ts';
import type { Run } from '../runtime/run.ts';

/**
 * The backend's own Nginx file leads to `colour` (null where the runtime has none), served and verified. Answers what to store as
 * `Backend.configHash`, and whether Nginx had to be reloaded.
 */
export async function applyBackendFile(
  run: Run,
  fleet: Fleet,
  backend: Backend,
  colour: string | null,
): Promise<{ configHash: string; reloaded: boolean }> {
  const server = serverOf(fleet, backend.serverId);
  const backends = fleet.backends.map((row) => (row.id === backend.id ? { ...row, colour } : row));
  const desired = provenState({ ...fleet, backends }).backends.find(
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
  const applied = await client.call(
    'nginx.apply',
    {
      files: [{ kind: 'backend', app: fleet.app.slug, content, generation: spec.generation, listens }],
    },
    { fence: run.fence(server.id) },
  );
  return { configHash: backendSpecHash(spec), reloaded: applied.reloaded };
}
