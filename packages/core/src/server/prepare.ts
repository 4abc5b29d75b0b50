import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockServer } from '../tenant.ts';
import { prepareServerInput } from './schemas.ts';
import { serverStatus } from './status.ts';

/** Install what backends need: the host program, Nginx, firewall base, and the named runtimes and databases. */
export const prepareServer: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'server.prepare');
  const { serverId, idempotencyKey, runtimes, databases } = parseInput(prepareServerInput, input);
  const asked = {
    serverId,
    runtimes: [...new Set(runtimes)].sort(),
    databases: [...new Set(databases)].sort(),
  };
  const request = { kind: 'server.prepare' as const, idempotencyKey, input: asked };
  return accept(ctx, actor, request, async (tx) => {
    await lockServer(tx, actor, serverId);
    const server = found(await tx.server.findUnique({ where: { id: serverId } }), 'server');
    const active = await findActive(tx, { serverId, kinds: ['server.prepare'] });
    if (active !== null && JSON.stringify(sorted(active.input)) === JSON.stringify(sorted(asked)))
      return { same: active.id };
    const status = serverStatus.transition(server.status, 'preparing');
    await tx.server.update({ where: { id: serverId }, data: { status } });
    await announce(tx, actor.organizationId, 'server', serverId);
    const subject = { type: 'server' as const, id: serverId, name: server.name };
    return { start: { ...request, title: `Prepare ${server.name}`, subject, serverId } };
  });
};

function sorted(value: unknown): unknown[] {
  return Object.entries((value ?? {}) as object).sort(([a], [b]) => (a < b ? -1 : 1));
}
