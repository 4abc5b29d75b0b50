import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { newestFirst, pageOf } from '../page.ts';
import { found, tenant } from '../tenant.ts';
import { listDeploymentsInput } from './schemas.ts';
import { type DeploymentView, deploymentInclude, viewDeployments } from './view.ts';

/** An app's deployments, newest first. */
export const listDeployments: UseCase<
  unknown,
  { items: DeploymentView[]; nextCursor: string | null }
> = async (ctx, actor, input) => {
  authorize(actor, 'deployment.list');
  const { appId, ...page } = parseInput(listDeploymentsInput, input);
  const db = tenant(ctx, actor);
  found(await db.app.findUnique({ where: { id: appId }, select: { id: true } }), 'app');
  const { where, ...rest } = newestFirst(page);
  const rows = await db.deployment.findMany({
    ...rest,
    where: { ...where, appId },
    include: deploymentInclude,
  });
  return pageOf(rows, page.limit, await viewDeployments(db, rows));
};
