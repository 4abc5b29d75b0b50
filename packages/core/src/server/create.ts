import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { checkJump } from './jump.ts';
import { createServerInput } from './schemas.ts';
import { serverConflict } from './unique.ts';
import { type ServerView, viewServer } from './view.ts';

/** Write a server down. Nothing connects to it yet: the check does. */
export const createServer: UseCase<unknown, ServerView> = async (ctx, actor, input) => {
  authorize(actor, 'server.create');
  const fields = parseInput(createServerInput, input);
  const db = tenant(ctx, actor);
  try {
    return await db.$transaction(async (tx) => {
      await checkJump(tx, null, fields.jumpServerId);
      const server = await tx.server.create({ data: { ...fields, organizationId: actor.organizationId } });
      const subject = { type: 'server' as const, id: server.id, name: server.name };
      await recordAudit(tx, actor, 'server.create', subject, { details: fields });
      await announce(tx, actor.organizationId, 'server', server.id);
      return viewServer(tx, server.id);
    });
  } catch (error) {
    throw serverConflict(error);
  }
};
