import { uniqueViolation } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { webhookSecretBinding } from '../bindings.ts';
import type { Context, Requester } from '../context.ts';
import { decideDeployment } from '../deployment/start.ts';
import { announce, type Transaction } from '../events.ts';
import { enqueue, startOperation } from '../operation/start.ts';
import { type OperationView, viewOperation } from '../operation/view.ts';
import { lockApp, tenant } from '../tenant.ts';
import type { DeliveryOutcome } from './outcomes.ts';
import { type PushedRef, readPush } from './push.ts';
import { examine, type GitHost, type Message, type Proof } from './signature.ts';

/** For how long a delivery is known again. */
const keptMs = 30 * 24 * 3_600_000;
/** Of those that were refused, the newest of an app. */
const keptRefusals = 20;

const names: Record<GitHost, string> = {
  github: 'GitHub',
  gitlab: 'GitLab',
  bitbucket: 'Bitbucket',
  gitea: 'Gitea',
};

/** `operation`: the deployment that the push is part of. `repeated`: this delivery came before. */
export type Received = { operation: OperationView } | { ignored: DeliveryOutcome } | { repeated: true };

interface Hook {
  appId: string;
  branch: string;
  organizationId: string;
  enabled: boolean;
  secretCipher: string;
}

/**
 * Whether there is such a webhook: asked before a body is read.
 * @throws AppError `not-found`
 */
export async function findWebhook({ prisma }: Pick<Context, 'prisma'>, id: string): Promise<Hook> {
  const row = await prisma.webhook.findUnique({
    where: { id },
    include: { app: { select: { branch: true, organizationId: true, removing: true } } },
  });
  if (row === null || row.app.removing) throw new AppError('not-found', 'There is no such webhook.');
  const { appId, enabled, secretCipher, app } = row;
  return { appId, enabled, secretCipher, branch: app.branch, organizationId: app.organizationId };
}

/**
 * What a Git host says was pushed. A push to the app's branch starts a deployment of the branch's head, or joins the one that waits behind the running
 * one.
 * @throws AppError `unauthenticated` without a signature, `forbidden` with a wrong one, `invalid-input` where it is signed and can't be read
 */
export async function receivePush(ctx: Context, hook: Hook, message: Message): Promise<Received> {
  const binding = webhookSecretBinding(hook.organizationId, hook.appId);
  const proof = examine(message, ctx.cipher.decrypt(hook.secretCipher, binding));
  if (proof?.isValid !== true) {
    await recordRefusal(ctx, hook, proof);
    if (proof !== null)
      throw new AppError('forbidden', 'The signature is wrong.', { hint: 'Is the secret the newest?' });
    throw new AppError('unauthenticated', 'The message is not signed.', {
      hint: 'Set the webhook’s secret at the Git host.',
    });
  }
  const pushed = readPush(message, proof);
  const judged = judge(hook, pushed);
  try {
    const received = await take(ctx, hook, proof, judged);
    if (judged.outcome === 'unreadable') {
      throw new AppError(
        'invalid-input',
        'The message is signed, but it is not a push that Fairlead can read.',
      );
    }
    return received;
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    return { repeated: true };
  }
}

interface Judged {
  /** null: it is a push to the branch. */
  outcome: DeliveryOutcome | null;
  pushed: PushedRef | null;
}

function judge({ branch, enabled }: Hook, pushed: PushedRef[] | null): Judged {
  if (pushed === null) return { outcome: 'unreadable', pushed: null };
  const ours = pushed.find(({ ref }) => ref === `refs/heads/${branch}`);
  const shown = ours ?? pushed[0] ?? null;
  if (!enabled) return { outcome: 'off', pushed: shown };
  if (shown === null) return { outcome: 'not-a-push', pushed: null };
  if (ours === undefined) return { outcome: 'other-branch', pushed: shown };
  return { outcome: ours.commit === null ? 'deleted' : null, pushed: ours };
}

/** Writes the delivery down and starts what it asks for, in one transaction: the second of two equal ones breaks on the first one's row. */
async function take(ctx: Context, hook: Hook, proof: Proof, { outcome, pushed }: Judged): Promise<Received> {
  const { appId, organizationId } = hook;
  const requester: Requester = { organizationId, userId: null, name: `Push by ${names[proof.host]}` };
  const db = tenant(ctx, requester);
  const done = await db.$transaction(async (tx) => {
    await lockApp(tx, requester, appId);
    await forget(tx, appId, ctx.clock());
    const { id } = await tx.pushDelivery.create({
      data: {
        appId,
        host: proof.host,
        // What came while it was off may be sent again once it is on.
        key: outcome === 'off' ? null : proof.key,
        digest: outcome === 'off' ? null : proof.digest,
        outcome: outcome ?? 'started',
        ref: pushed?.ref ?? null,
        commit: pushed?.commit ?? null,
        receivedAt: ctx.clock(),
      },
    });
    await announce(tx, organizationId, 'app', appId);
    if (outcome !== null) return null;
    const decided = await decideDeployment(tx, requester, { appId });
    const operationId = 'same' in decided ? decided.same : await startOperation(tx, requester, decided.start);
    const isNew = !('same' in decided);
    await tx.pushDelivery.update({
      where: { id },
      data: { operationId, outcome: isNew ? 'started' : 'joined' },
    });
    return { operationId, isNew };
  });
  if (done === null) return { ignored: outcome ?? 'started' };
  if (done.isNew) await enqueue(ctx, done.operationId);
  return { operation: await viewOperation(db, done.operationId) };
}

async function forget(tx: Transaction, appId: string, now: Date): Promise<void> {
  await tx.pushDelivery.deleteMany({
    where: { appId, receivedAt: { lt: new Date(now.getTime() - keptMs) } },
  });
}

/** A stranger's message leaves its line, and no more than a few of them. */
async function recordRefusal(ctx: Context, hook: Hook, proof: Proof | null): Promise<void> {
  const { appId, organizationId } = hook;
  const db = tenant(ctx, hook);
  await db.$transaction(async (tx) => {
    await tx.pushDelivery.create({
      data: { appId, host: proof?.host ?? null, outcome: 'refused', receivedAt: ctx.clock() },
    });
    const old = await tx.pushDelivery.findMany({
      where: { appId, outcome: 'refused' },
      orderBy: { id: 'desc' },
      skip: keptRefusals,
      select: { id: true },
    });
    if (old.length > 0) await tx.pushDelivery.deleteMany({ where: { id: { in: old.map(({ id }) => id) } } });
    await announce(tx, organizationId, 'app', appId);
  });
}
