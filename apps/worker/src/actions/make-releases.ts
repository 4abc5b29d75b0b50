import type { Backend, Deployment } from '@fairlead/db';
import { type Fleet, provenState, requireFleet, serverOf, serversOf } from '../fleet.ts';
import { needsOf } from '../hosts/needs.ts';
import { inParallel } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import { decideDatabaseTls } from './decide-database-tls.ts';
import { withHeldBack } from './hold-back.ts';
import { openDatabase } from './open-database.ts';
import { openRedis } from './open-redis.ts';
import { prepareMachine } from './prepare-machine.ts';
import { readDeclaration } from './read-declaration.ts';
import { openReleases } from './releases.ts';
import type { Rollout } from './roll-out.ts';
import { runReleaseCommand } from './run-release-command.ts';
import { setFirewall } from './set-firewall.ts';
import { buildReleases } from './ship-build.ts';

/** What the next steps of a deployment work with. */
export interface Made {
  /** The app's rows, with what preparing the servers found out. */
  ready: Fleet;
  rollouts: Rollout[];
}

/**
 * All that comes before a commit's releases may start on these backends: servers made ready, ways to the databases opened, builds made or sent, the release
 * command run. Nothing that serves is touched. `away`: backends whose servers can't be reached.
 */
export async function makeReleases(
  run: Run,
  fleet: Fleet,
  deployment: Deployment,
  commit: string,
  backends: readonly Backend[],
  away: readonly Backend[] = [],
): Promise<Made> {
  const { app } = fleet;
  await inParallel(serversOf(fleet, backends), (serverId) => {
    const hasBackend = fleet.backends.some((backend) => backend.serverId === serverId);
    return prepareMachine(run, serverOf(fleet, serverId), needsOf(app, serverId, hasBackend));
  });
  // What preparing found out, Nginx's version above all.
  const ready = withHeldBack(await decideDatabaseTls(run, await requireFleet(run.worker, app.id)), away);
  const desired = provenState(ready, { keepRetiring: true });
  const servers = serversOf(ready, backends);
  await run.step({ key: 'firewall', title: 'Set the firewall rules' }, (step) =>
    setFirewall(
      run,
      step,
      ready,
      desired.firewall.filter(({ serverId }) => servers.includes(serverId)),
    ),
  );
  await run.step({ key: 'database', title: 'Open the database' }, (step) =>
    openDatabase(run, step, ready, desired.database),
  );
  await openRedis(run, ready, desired.redis);
  const rollouts = await openReleases(run, ready, deployment.id, commit, backends);
  await buildReleases(run, ready, rollouts);
  await readDeclaration(run, ready, deployment, rollouts);
  await runReleaseCommand(run, ready, deployment, rollouts);
  return { ready, rollouts };
}
