import { type Fleet, readRepositoryKey } from '@fairlead/core';
import type { Deployment } from '@fairlead/db';
import type { Run, StepTools } from '../runtime/run.ts';

/** Which commit a deployment brings: the one asked for, or its tag's or branch's the first time somebody looks. Never another one after that. */
export async function resolveCommit(
  run: Run,
  step: StepTools,
  fleet: Fleet,
  deployment: Deployment,
): Promise<string> {
  if (deployment.commit !== null) {
    step.outcome(deployment.commit.slice(0, 12));
    return deployment.commit;
  }
  const commit = await run.worker.commits.headOf({
    repositoryUrl: fleet.app.repositoryUrl,
    branch: deployment.branch,
    tag: deployment.tag,
    key: await readRepositoryKey(run.worker, fleet.app.id),
    signal: step.signal,
  });
  await run.worker.prisma.deployment.update({
    where: { id: deployment.id },
    data: { commit },
  });
  step.outcome(`${deployment.tag ?? deployment.branch} is at ${commit.slice(0, 12)}`);
  return commit;
}
