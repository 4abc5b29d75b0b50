import type { App } from '@fairlead/db';
import type { Secret } from '@fairlead/errors';
import {
  backendVariableBinding,
  databaseFormerPasswordBinding,
  databasePasswordBinding,
  environmentValueBinding,
  hostedDatabasePasswordBinding,
  redisFormerPasswordBinding,
  redisPasswordBinding,
  sshPrivateKeyBinding,
} from '../bindings.ts';
import type { Context } from '../context.ts';
import { found } from '../tenant.ts';

type BackendOf = { id: string; organizationId: string };
type Keys = Pick<Context, 'prisma' | 'cipher'>;

/** The app's own variables, decrypted: for the worker, which writes them on hosts. */
export async function readEnvironmentSecrets(
  ctx: Keys,
  app: Pick<App, 'id' | 'organizationId'>,
): Promise<Record<string, Secret>> {
  const rows = await ctx.prisma.environmentVariable.findMany({
    where: { appId: app.id },
    orderBy: { key: 'asc' },
  });
  return Object.fromEntries(
    rows.map((row) => [
      row.key,
      ctx.cipher.decrypt(row.valueCipher, environmentValueBinding(app.organizationId, row.id)),
    ]),
  );
}

/** What one backend alone is told, decrypted; it takes the place of the app's own variables there. */
export async function readBackendSecrets(ctx: Keys, backend: BackendOf): Promise<Record<string, Secret>> {
  const rows = await ctx.prisma.backendVariable.findMany({
    where: { backendId: backend.id },
    orderBy: { key: 'asc' },
  });
  return Object.fromEntries(
    rows.map((row) => [
      row.key,
      ctx.cipher.decrypt(row.valueCipher, backendVariableBinding(backend.organizationId, row.id)),
    ]),
  );
}

/** The app's own variables and those of its single backends, which are named with their server, decrypted. */
export async function readEverySecret(
  ctx: Keys,
  app: Pick<App, 'id' | 'organizationId'>,
): Promise<Record<string, Secret>> {
  const backends = await ctx.prisma.backend.findMany({
    where: { appId: app.id, variables: { some: {} } },
    select: { id: true, server: { select: { name: true } } },
  });
  const lists = await Promise.all(
    backends.map(async ({ id, server }) => {
      const own = await readBackendSecrets(ctx, { id, organizationId: app.organizationId });
      return Object.entries(own).map(([key, value]) => [`${key} on ${server.name}`, value] as const);
    }),
  );
  return { ...(await readEnvironmentSecrets(ctx, app)), ...Object.fromEntries(lists.flat()) };
}

/** The password of the app's own database, or null where it has none. */
export function readDatabasePassword(
  ctx: Pick<Context, 'cipher'>,
  app: Pick<App, 'id' | 'organizationId' | 'databasePasswordCipher'>,
): Secret | null {
  if (app.databasePasswordCipher === null) return null;
  return ctx.cipher.decrypt(app.databasePasswordCipher, databasePasswordBinding(app.organizationId, app.id));
}

/** The password before, while it still opens the database. */
export function readFormerDatabasePassword(
  ctx: Pick<Context, 'cipher'>,
  app: Pick<App, 'id' | 'organizationId' | 'databaseFormerPasswordCipher'>,
): Secret | null {
  if (app.databaseFormerPasswordCipher === null) return null;
  const binding = databaseFormerPasswordBinding(app.organizationId, app.id);
  return ctx.cipher.decrypt(app.databaseFormerPasswordCipher, binding);
}

/** The password of the database elsewhere that the app uses; null where it uses none. */
export function readHostedPassword(
  ctx: Pick<Context, 'cipher'>,
  app: Pick<App, 'id' | 'organizationId'> & { hostedDatabase?: { passwordCipher: string } | null },
): Secret | null {
  if (app.hostedDatabase == null) return null;
  const binding = hostedDatabasePasswordBinding(app.organizationId, app.id);
  return ctx.cipher.decrypt(app.hostedDatabase.passwordCipher, binding);
}

/** The password of the app's Redis; null where it has none. */
export function readRedisPassword(
  ctx: Pick<Context, 'cipher'>,
  app: Pick<App, 'id' | 'organizationId'> & { redis?: { passwordCipher: string } | null },
): Secret | null {
  if (app.redis == null) return null;
  return ctx.cipher.decrypt(app.redis.passwordCipher, redisPasswordBinding(app.organizationId, app.id));
}

/** The password before, while it still opens the app's Redis. */
export function readFormerRedisPassword(
  ctx: Pick<Context, 'cipher'>,
  app: Pick<App, 'id' | 'organizationId'> & { redis?: { formerPasswordCipher: string | null } | null },
): Secret | null {
  const cipher = app.redis?.formerPasswordCipher ?? null;
  if (cipher === null) return null;
  return ctx.cipher.decrypt(cipher, redisFormerPasswordBinding(app.organizationId, app.id));
}

/** The private half of the organization's SSH key. */
export async function readPrivateKey(ctx: Keys, organizationId: string): Promise<Secret> {
  const key = found(await ctx.prisma.sshKey.findUnique({ where: { organizationId } }), 'SSH key');
  return ctx.cipher.decrypt(key.privateKeyCipher, sshPrivateKeyBinding(organizationId));
}
