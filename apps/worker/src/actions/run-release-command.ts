import { createHash } from 'node:crypto';
import { buildOf } from '@fairlead/core';
import type { Deployment } from '@fairlead/db';
import { AppError, toAppError } from '@fairlead/errors';
import { type Fleet, serverOf } from '../fleet.ts';
import type { Run, StepTools } from '../runtime/run.ts';
import { untilHandedOver } from '../runtime/until-handed-over.ts';
import type { Rollout } from './backend-rollout.ts';

/** How long a release command may take (seconds). */
const timeoutSeconds = 1_800;

/**
 * The app's release command on the primary, where no deployment has run it to a good end for this build yet. Nothing serves the release by then, on any backend. It is
 * never cut off for a cancellation, which takes effect after it: what it changes is best left whole.
 * @throws AppError `command-failed` unless the app says to go on
 */
export async function runReleaseCommand(
  run: Run,
  fleet: Fleet,
  deployment: Deployment,
  rollouts: readonly Rollout[],
): Promise<void> {
  const { app } = fleet;
  const primary = rollouts.find(({ backend }) => backend.role === 'primary');
  if (app.releaseCommand === null || primary === undefined) return;
  const command = app.releaseCommand;
  const server = serverOf(fleet, primary.backend.serverId);
  const name = { key: 'command', title: `Run the release command on ${server.name}`, serverId: server.id };
  await run.step(name, async (step) => {
    if (deployment.rollbackToId !== null) return step.skip('A rollback leaves databases as they are.');
    const commandKey = keyOf(buildOf(primary.release), command);
    const { prisma } = run.worker;
    const earlier = await prisma.deployment.findFirst({ where: { appId: app.id, commandKey } });
    if (earlier !== null) return step.skip(`It ran for this build with deployment #${earlier.number}.`);
    step.note(`$ ${command}`);
    const client = await run.worker.hosts.client(server);
    try {
      const { durationMs } = await client.call(
        'release.command',
        { app: app.slug, releaseId: buildOf(primary.release), runId: deployment.id, command, timeoutSeconds },
        {
          fence: run.fence(server.id),
          signal: untilHandedOver(run),
          onLog: (log) => step.output(log.stream, log.text),
        },
      );
      await prisma.deployment.update({ where: { id: deployment.id }, data: { commandKey } });
      step.outcome(`Done in ${(durationMs / 1000).toFixed(1)} s.`);
    } catch (error) {
      goOn(step, fleet, error);
    }
  });
}

/** Only what the command itself did is forgiven. */
function goOn(step: StepTools, { app }: Fleet, error: unknown): void {
  const isItsOwn = error instanceof AppError && error.code === 'command-failed';
  if (!isItsOwn || app.releaseCommandFailure !== 'go-on') throw error;
  step.note(toAppError(error).message);
  step.outcome('It failed, and the app’s settings say to go on.');
}

function keyOf(buildId: string, command: string): string {
  return createHash('sha256')
    .update(JSON.stringify([buildId, command]))
    .digest('hex');
}
