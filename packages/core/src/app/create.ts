import { uniqueViolation } from '@fairlead/db';
import { AppError } from '@fairlead/errors';
import { recordAudit } from '../audit/record.ts';
import { authorize } from '../authorize.ts';
import { lockPorts } from '../backend/taken-ports.ts';
import { tlsPorts } from '../backend/ways.ts';
import { databasePasswordBinding } from '../bindings.ts';
import type { Actor, Context, UseCase } from '../context.ts';
import { newDatabasePassword } from '../database/password.ts';
import { addressOf } from '../desired-network.ts';
import { announce, type Transaction } from '../events.ts';
import { fieldConflict, missingReference, parseInput } from '../input.ts';
import { newId } from '../new-id.ts';
import { checkTransport } from '../repository/inspect.ts';
import { isUsable } from '../server/status.ts';
import { tenant } from '../tenant.ts';
import { checkNameless, claimDomains } from './domains.ts';
import { createAppInput } from './schemas.ts';
import { databaseNameOf, freeSlug } from './slug.ts';
import { type AppView, viewApp } from './view.ts';

const firstPort = 20_000;
const slots = 5_000;

/** Free slug, slot and port among the organization's apps. */
async function place(tx: Transaction, actor: Actor, name: string, wantedPort: number | null) {
  const { organizationId } = actor;
  await lockPorts(tx, organizationId);
  const apps = await tx.app.findMany({
    select: {
      slug: true,
      slot: true,
      port: true,
      backends: { select: { port: true, openPorts: true } },
      loadBalancer: { select: { backendTls: true, backendWay: true } },
    },
  });
  // Those of single backends too: this app may come to their server.
  const ports = apps.flatMap((app) => [
    app.port,
    ...tlsPorts(app, app.loadBalancer),
    ...app.backends.flatMap((b) => [b.port, ...b.openPorts]),
  ]);
  const taken = { slots: new Set(apps.map((a) => a.slot)), ports: new Set(ports) };
  if (wantedPort !== null && taken.ports.has(wantedPort)) {
    throw fieldConflict('port', 'Another app of the organization uses this port.');
  }
  for (let slot = 0; slot < slots; slot += 1) {
    const port = wantedPort ?? firstPort + slot;
    if (taken.slots.has(slot) || taken.ports.has(port)) continue;
    return { slot, port, slug: freeSlug(name, new Set(apps.map((a) => a.slug))) };
  }
  throw new AppError('conflict', `An organization can have ${slots} apps at most.`);
}

async function primaryOf(tx: Transaction, primaryServerId: string) {
  const server = await tx.server.findUnique({ where: { id: primaryServerId } });
  if (server === null) throw missingReference('primaryServerId', 'server');
  if (isUsable(server.status)) return server;
  throw fieldConflict(
    'primaryServerId',
    `${server.name} is not ready: its state is ${server.status.replaceAll('_', ' ')}.`,
    'Run its connection check and see what it says.',
  );
}

function databaseColumns(ctx: Context, actor: Actor, appId: string, engine: string, slug: string) {
  if (engine === 'none') return {};
  const name = databaseNameOf(slug);
  const binding = databasePasswordBinding(actor.organizationId, appId);
  return {
    databaseName: name,
    databaseUser: name,
    databasePasswordCipher: ctx.cipher.encrypt(newDatabasePassword(), binding),
  };
}

/** Write an app down with its primary backend and a balancer that knows the primary alone. Nothing is deployed yet. */
export const createApp: UseCase<unknown, AppView> = async (ctx, actor, input) => {
  authorize(actor, 'app.create');
  const { port, primaryServerId, healthPath, ...rest } = parseInput(createAppInput, input);
  const fields = { ...rest, healthPath: healthPath ?? '/' };
  checkTransport(ctx, fields.repositoryUrl);
  const appId = newId(ctx.clock());
  try {
    return await tenant(ctx, actor).$transaction(async (tx) => {
      const primary = await primaryOf(tx, primaryServerId);
      await claimDomains(tx, fields.domains, null);
      const placed = await place(tx, actor, fields.name, port);
      if (fields.domains.length === 0) await checkNameless(tx, primary.id, null);
      const app = await tx.app.create({
        data: {
          ...fields,
          ...placed,
          ...databaseColumns(ctx, actor, appId, fields.databaseEngine, placed.slug),
          id: appId,
          organizationId: actor.organizationId,
          primaryServerId: primary.id,
          loadBalancer: { create: { balancerServerId: primary.id, generation: 1 } },
          backends: { create: { serverId: primary.id, role: 'primary', address: addressOf(primary) } },
        },
      });
      await recordAudit(
        tx,
        actor,
        'app.create',
        { type: 'app', id: app.id, name: app.name },
        {
          details: { ...fields, ...placed, primaryServerId },
        },
      );
      await announce(tx, actor.organizationId, 'app', app.id);
      return viewApp(tx, app.id);
    });
  } catch (error) {
    if (uniqueViolation(error) === undefined) throw error;
    throw new AppError('conflict', 'Another app was created at the same moment; try again.', {
      retryable: true,
    });
  }
};
