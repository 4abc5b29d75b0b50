import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { parseInput } from '../input.ts';
import { found, tenant } from '../tenant.ts';
import { serverInput } from './schemas.ts';
import { type ServerView, viewServer } from './view.ts';

export const readServer: UseCase<unknown, ServerView> = async (ctx, actor, input) => {
  authorize(actor, 'server.read');
  const { serverId } = parseInput(serverInput, input);
  const db = tenant(ctx, actor);
  found(await db.server.findUnique({ where: { id: serverId }, select: { id: true } }), 'server');
  return viewServer(db, serverId);
};
