import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { tenant } from '../tenant.ts';
import { createTokenInput } from './schemas.ts';
import { hashToken, newToken, shownPart } from './secret.ts';
import { type TokenView, viewToken } from './view.ts';

/** A personal token with the caller's role. `secret` is answered this once; its hash is kept. */
export const createToken: UseCase<unknown, TokenView & { secret: string }> = async (ctx, actor, input) => {
  authorize(actor, 'token.create');
  const { name, scopes, expiresAt } = parseInput(createTokenInput, input);
  const beyond = scopes.find((scope) => !actor.scopes.includes(scope));
  if (beyond !== undefined)
    throw new AppError('forbidden', `A token can not give more than it has: ${beyond}.`);
  const expires = expiresAt === null ? null : new Date(expiresAt);
  if (expires !== null && expires <= ctx.clock()) {
    throw invalidInput([{ path: 'expiresAt', message: 'This moment has passed.' }]);
  }
  const secret = newToken();
  return tenant(ctx, actor).$transaction(async (tx) => {
    const { organizationId, userId } = actor;
    const row = await tx.apiToken.create({
      data: {
        organizationId,
        userId,
        name,
        scopes,
        expiresAt: expires,
        prefix: shownPart(secret),
        hash: hashToken(secret),
      },
    });
    await recordAudit(
      tx,
      actor,
      'token.create',
      { type: 'token', id: row.id, name },
      { details: { scopes, expiresAt } },
    );
    await announce(tx, organizationId, 'token', row.id);
    return { ...viewToken(row), secret };
  });
};
