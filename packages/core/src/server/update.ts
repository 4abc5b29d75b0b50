import { Prisma, type Server } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce, type Transaction } from '../events.ts';
import { parseInput } from '../input.ts';
import { found, lockServer, tenant } from '../tenant.ts';
import { checkJump } from './jump.ts';
import { updateServerInput } from './schemas.ts';
import { serverStatus } from './status.ts';
import { serverConflict } from './unique.ts';
import { type ServerView, viewServer } from './view.ts';

/** Another address means another machine: its key is forgotten and it is checked anew. */
function forgetMachine(server: Server): Prisma.ServerUncheckedUpdateInput {
  return {
    status: serverStatus.transition(server.status, 'new'),
    ipAddress: null,
    hostKey: null,
    hostKeyFingerprint: null,
    offeredHostKey: null,
    offeredFingerprint: null,
    checks: Prisma.DbNull,
    facts: Prisma.DbNull,
    preparedAt: null,
  };
}

/** Load balancers whose front a server holds, or has to give up still. */
function servedBy(serverId: string): Prisma.LoadBalancerWhereInput {
  return {
    OR: [{ balancerServerId: serverId }, { successorServerId: serverId }, { formerServerId: serverId }],
  };
}

async function refuseWhileInUse(tx: Transaction, server: Server): Promise<void> {
  const app = await tx.app.findFirst({
    where: {
      OR: [
        { primaryServerId: server.id },
        { backends: { some: { serverId: server.id } } },
        { loadBalancer: servedBy(server.id) },
      ],
    },
    select: { name: true },
  });
  if (app === null) return;
  throw new AppError(
    'conflict',
    `${app.name} runs on this server, and its other servers know it by its address.`,
    {
      hint: 'Add the machine under its new address as another server, move the app’s backends to it, then remove this one.',
    },
  );
}

/** Change how a server is called or reached. */
export const updateServer: UseCase<unknown, ServerView> = async (ctx, actor, input) => {
  authorize(actor, 'server.update');
  const { serverId, ...fields } = parseInput(updateServerInput, input);
  const db = tenant(ctx, actor);
  try {
    return await db.$transaction(async (tx) => {
      await lockServer(tx, actor, serverId);
      const server = found(await tx.server.findUnique({ where: { id: serverId } }), 'server');
      if (fields.jumpServerId !== undefined) await checkJump(tx, serverId, fields.jumpServerId);
      const moved = fields.address !== undefined && fields.address !== server.address;
      const renumbered =
        fields.privateAddress !== undefined && fields.privateAddress !== server.privateAddress;
      if (moved || renumbered) await refuseWhileInUse(tx, server);
      const updated = await tx.server.update({
        where: { id: serverId },
        data: { ...fields, ...(moved ? forgetMachine(server) : {}) },
      });
      const subject = { type: 'server' as const, id: serverId, name: updated.name };
      await recordAudit(tx, actor, 'server.update', subject, { details: fields });
      await announce(tx, actor.organizationId, 'server', serverId);
      return viewServer(tx, serverId);
    });
  } catch (error) {
    throw serverConflict(error);
  }
};
