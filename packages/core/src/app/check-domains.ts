import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { addressesOfServer, type DomainView, domainsAt } from './domains-at.ts';
import { appInput } from './schemas.ts';

export interface DomainsView {
  /** Where visitors should be led: the balancer, or while it moves the server that it moves to. */
  balancer: { id: string; name: string; addresses: string[] };
  domains: DomainView[];
  checkedAt: string;
}

/** Whether the names of an app lead visitors to where they should; asks the DNS now. */
export const checkDomains: UseCase<unknown, DomainsView> = async (ctx, actor, input) => {
  authorize(actor, 'app.check-domains');
  const { appId } = parseInput(appInput, input);
  const app = found(
    await tenant(ctx, actor).app.findUnique({
      where: { id: appId },
      include: {
        loadBalancer: { include: { balancerServer: true, successorServer: true } },
        primaryServer: true,
      },
    }),
    'app',
  );
  const { loadBalancer, primaryServer } = app;
  const server = loadBalancer?.successorServer ?? loadBalancer?.balancerServer ?? primaryServer;
  return {
    balancer: { id: server.id, name: server.name, addresses: addressesOfServer(server) },
    domains: await domainsAt(ctx, app.domains, server),
    checkedAt: ctx.clock().toISOString(),
  };
};
