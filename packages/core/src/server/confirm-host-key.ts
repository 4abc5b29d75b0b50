import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import type { UseCase } from '../context.ts';
import { announce } from '../events.ts';
import { invalidInput, parseInput } from '../input.ts';
import { accept } from '../operation/start.ts';
import type { OperationView } from '../operation/view.ts';
import { found, lockServer } from '../tenant.ts';
import { confirmHostKeyInput } from './schemas.ts';
import { serverStatus } from './status.ts';

/** Pin the host key that the last check saw, and check on. The fingerprint must be the one that was shown. */
export const confirmHostKey: UseCase<unknown, { operation: OperationView }> = async (ctx, actor, input) => {
  authorize(actor, 'server.confirm-host-key');
  const { serverId, fingerprint, idempotencyKey } = parseInput(confirmHostKeyInput, input);
  const request = { kind: 'server.check' as const, idempotencyKey, input: { serverId, fingerprint } };
  return accept(ctx, actor, request, async (tx) => {
    await lockServer(tx, actor, serverId);
    const server = found(await tx.server.findUnique({ where: { id: serverId } }), 'server');
    if (server.offeredHostKey === null || server.offeredFingerprint === null) {
      throw new AppError('conflict', `${server.name} has shown no key that waits to be confirmed.`, {
        hint: 'Run the connection check first.',
      });
    }
    if (fingerprint !== server.offeredFingerprint) {
      const message = `The server showed ${server.offeredFingerprint}, not this.`;
      throw invalidInput([{ path: 'fingerprint', message }]);
    }
    const subject = { type: 'server' as const, id: serverId, name: server.name };
    await tx.server.update({
      where: { id: serverId },
      data: {
        status: serverStatus.transition(server.status, 'checking'),
        hostKey: server.offeredHostKey,
        hostKeyFingerprint: server.offeredFingerprint,
        offeredHostKey: null,
        offeredFingerprint: null,
      },
    });
    const details = { fingerprint, replaced: server.hostKeyFingerprint };
    await recordAudit(tx, actor, 'server.confirm-host-key', subject, { details });
    await announce(tx, actor.organizationId, 'server', serverId);
    return { start: { ...request, title: `Check ${server.name}`, subject, serverId } };
  });
};
