import { type Fleet, provenState } from '../fleet.ts';
import type { Run } from '../runtime/run.ts';
import { openDatabase } from './open-database.ts';
import { ensureRedis } from './open-redis.ts';
import { setFirewall } from './set-firewall.ts';

/** After backends have left: rules and grants on the servers that stay are those of who is still there, no more. */
export async function closeDoors(run: Run, fleet: Fleet): Promise<void> {
  const desired = provenState(fleet);
  const stays = new Set([fleet.app.primaryServerId, fleet.loadBalancer.balancerServerId]);
  await run.step({ key: 'close', title: 'Close what is no longer needed' }, async (step) => {
    await openDatabase(run, step, fleet, desired.database);
    await ensureRedis(run, step, fleet, desired.redis);
    await setFirewall(
      run,
      step,
      fleet,
      desired.firewall.filter(({ serverId }) => stays.has(serverId)),
    );
  });
}
