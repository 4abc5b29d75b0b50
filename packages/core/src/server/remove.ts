import { isForeignKeyViolation } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { parseInput } from '../input.ts';
import { findActive } from '../operation/start.ts';
import { found, lockServer, tenant } from '../tenant.ts';
import { serverInput } from './schemas.ts';
import { serverInclude, viewServers } from './view.ts';

/** Forget a server on which nothing of Fairlead's runs. The machine itself is not touched. */
export const removeServer: UseCase<unknown, void> = async (ctx, actor, input) => {
  authorize(actor, 'server.remove');
  const { serverId } = parseInput(serverInput, input);
  try {
    await tenant(ctx, actor).$transaction(async (tx) => {
      await lockServer(tx, actor, serverId);
      const row = found(
        await tx.server.findUnique({ where: { id: serverId }, include: serverInclude }),
        'server',
      );
      const [view] = await viewServers(tx, [row]);
      const names = view?.apps.map((app) => app.name) ?? [];
      if (names.length > 0) {
        throw new AppError('conflict', `${row.name} is still used by ${names.join(', ')}.`, {
          hint: 'Remove its backends first, or the app.',
        });
      }
      const active = await findActive(tx, { serverId, kinds: ['server.check', 'server.prepare'] });
      if (active !== null) {
        throw new AppError('conflict', `Something runs on ${row.name} just now.`, {
          hint: 'Cancel it or wait.',
        });
      }
      await tx.server.delete({ where: { id: serverId } });
      await recordAudit(tx, actor, 'server.remove', { type: 'server', id: serverId, name: row.name });
      await announce(tx, actor.organizationId, 'server', serverId);
    });
  } catch (error) {
    if (!isForeignKeyViolation(error)) throw error;
    throw new AppError('conflict', 'Other servers are reached through this one.', {
      hint: 'Change their jump server first.',
    });
  }
};
