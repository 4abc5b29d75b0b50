import type { Backend } from '@fairlead/db';
import { type Fleet, serverOf } from '../fleet.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { applyBackendFile } from './backend-file.ts';

/** Tells backends that serve on of other limits or balancers: each one's own Nginx file, verified and remembered. What they run stays. */
export async function retellBackends(
  run: Run,
  fleet: Fleet,
  retold: readonly Backend[],
  key = 'file',
): Promise<void> {
  await inParallel(retold, (backend) => {
    const server = serverOf(fleet, backend.serverId);
    const step = {
      key: `${key}:${backend.id}`,
      title: `Tell the Nginx of ${server.name}`,
      serverId: server.id,
    };
    return run.step(step, async ({ outcome }) => {
      const { configHash, reloaded } = await applyBackendFile(run, fleet, backend, backend.colour);
      await run.worker.prisma.backend.update({ where: { id: backend.id }, data: { configHash } });
      outcome(reloaded ? 'It serves on as it was told.' : 'It knew already.');
    });
  });
}
