import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { readDeploymentInput } from './schemas.ts';
import { type DeploymentView, deploymentInclude, viewDeployments } from './view.ts';

/** One deployment with a release for each backend. */
export const readDeployment: UseCase<unknown, DeploymentView> = async (ctx, actor, input) => {
  authorize(actor, 'deployment.read');
  const { appId, deploymentId } = parseInput(readDeploymentInput, input);
  const db = tenant(ctx, actor);
  const row = await db.deployment.findUnique({
    where: { id: deploymentId, appId },
    include: deploymentInclude,
  });
  const [view] = await viewDeployments(db, [found(row, 'deployment')]);
  return view as DeploymentView;
};
