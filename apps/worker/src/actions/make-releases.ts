import type { DesiredState } from '@fairlead/core';
import type { Backend, Deployment } from '@fairlead/db';
import { type Fleet, provenState, requireFleet, serverOf, serversOf } from '../fleet.ts';
import { needsOf } from '../hosts/needs.ts';
import { inParallel, together } from '../runtime/parallel.ts';
import type { Run } from '../runtime/run.ts';
import type { BuiltRollout } from './backend-rollout.ts';
import { decideDatabaseTls } from './decide-database-tls.ts';
import type { EarlyStart } from './early-start.ts';
import { withHeldBack } from './hold-back.ts';
import { openDatabase } from './open-database.ts';
import { openRedis } from './open-redis.ts';
import { prepareMachine } from './prepare-machine.ts';
import { readDeclaration } from './read-declaration.ts';
import { openReleases } from './releases.ts';
import { runReleaseCommand } from './run-release-command.ts';
import { setFirewall } from './set-firewall.ts';
import { buildReleases } from './ship-build.ts';

/** What the next steps of a deployment work with. */
export interface Made {
  /** The app's rows, with what preparing the servers found out. */
  ready: Fleet;
  rollouts: BuiltRollout[];
}

/**
 * All that comes before a commit's releases may start on these backends: servers made ready, ways to the databases opened, builds made or sent, the release
 * command run. Nothing that serves is touched. `fleet`: as it is since the operation has its servers to itself; `away`: backends whose servers can't be reached; `early`: what a build may go on to.
 */
export async function makeReleases(
  run: Run,
  fleet: Fleet,
  deployment: Deployment,
  commit: string,
  backends: readonly Backend[],
  { away = [], early = null }: { away?: readonly Backend[]; early?: EarlyStart | null } = {},
): Promise<Made> {
  const { app } = fleet;
  const prepared = await inParallel(serversOf(fleet, backends), (serverId) => {
    const hasBackend = fleet.backends.some((backend) => backend.serverId === serverId);
    return prepareMachine(run, serverOf(fleet, serverId), needsOf(app, serverId, hasBackend));
  });
  // What preparing found out, Nginx's version above all.
  const known = prepared.includes(true) ? await requireFleet(run.worker, app.id) : fleet;
  const ready = withHeldBack(await decideDatabaseTls(run, known), away);
  const desired = provenState(ready, { keepRetiring: true });
  const open = () => openWays(run, ready, desired, serversOf(ready, backends));
  const isAsked = desired.database !== null || desired.redis !== null;
  // A build may ask the app's own databases.
  if (isAsked) await open();
  const rollouts = await openReleases(run, ready, deployment.id, commit, backends);
  const [built] = await together(
    () => buildReleases(run, ready, rollouts, early),
    async () => {
      if (!isAsked) await open();
    },
  );
  await readDeclaration(run, deployment, app.rootDirectory, built);
  await runReleaseCommand(run, ready, deployment, built);
  return { ready, rollouts: built };
}

/** The ways to what releases reach, and to them: databases and the firewall, side by side. */
async function openWays(
  run: Run,
  fleet: Fleet,
  desired: DesiredState,
  servers: readonly string[],
): Promise<void> {
  const rules = desired.firewall.filter(({ serverId }) => servers.includes(serverId));
  await together(
    () =>
      run.step({ key: 'firewall', title: 'Set the firewall rules' }, (step) =>
        setFirewall(run, step, fleet, rules),
      ),
    () =>
      run.step({ key: 'database', title: 'Open the database' }, (step) =>
        openDatabase(run, step, fleet, desired.database),
      ),
    () => openRedis(run, fleet, desired.redis),
  );
}
