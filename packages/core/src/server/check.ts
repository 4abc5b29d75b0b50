import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { accept, findActive } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockServer } from '../tenant.ts';
import { checkServerInput } from './schemas.ts';
import { serverStatus } from './status.ts';

/** Look whether a server can be entered: name, port, host key, sign-in, sudo, system. One that is under way already is answered as it is. */
export const checkServer: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'server.check');
  const { serverId, idempotencyKey } = parseInput(checkServerInput, input);
  const request = { kind: 'server.check' as const, idempotencyKey, input: { serverId } };
  return accept(ctx, actor, request, async (tx) => {
    await lockServer(tx, actor, serverId);
    const server = found(await tx.server.findUnique({ where: { id: serverId } }), 'server');
    const active = await findActive(tx, { serverId, kinds: ['server.check'] });
    if (active !== null) return { same: active.id };
    const status = serverStatus.transition(server.status, 'checking');
    await tx.server.update({ where: { id: serverId }, data: { status } });
    await announce(tx, actor.organizationId, 'server', serverId);
    const subject = { type: 'server' as const, id: serverId, name: server.name };
    return { start: { ...request, title: `Check ${server.name}`, subject, serverId } };
  });
};
