import type { App } from '@fairlead/db';
import type { Context } from '../context.ts';
import {
  readBackendSecrets,
  readDatabasePassword,
  readEnvironmentSecrets,
  readRedisPassword,
} from '../environment/reveal.ts';
import { invalidInput } from '../input.ts';

const secretName = /SECRET|TOKEN|PASSW|KEY|CREDENTIAL|DSN|DATABASE_URL/i;
const shortestSecret = 8;

/**
 * Commands are shown, logged and kept in the audit log: the value of a secret variable has no place in one.
 * @throws AppError `invalid-input` at `path`, which names the variable
 */
export async function refuseSecrets(
  ctx: Pick<Context, 'prisma' | 'cipher'>,
  app: Pick<App, 'id' | 'organizationId' | 'databasePasswordCipher'>,
  command: string,
  path: string,
): Promise<void> {
  const { organizationId } = app;
  const backends = await ctx.prisma.backend.findMany({ where: { appId: app.id }, select: { id: true } });
  const ofBackends = await Promise.all(
    backends.map(({ id }) => readBackendSecrets(ctx, { id, organizationId })),
  );
  const named = [await readEnvironmentSecrets(ctx, app), ...ofBackends].flatMap((own) => Object.entries(own));
  const redis = await ctx.prisma.redis.findUnique({ where: { appId: app.id } });
  const made = {
    DB_PASSWORD: readDatabasePassword(ctx, app),
    REDIS_PASSWORD: readRedisPassword(ctx, { ...app, redis }),
  };
  const all = [
    ...named.filter(([key]) => secretName.test(key)),
    ...Object.entries(made).flatMap(([key, secret]) => (secret === null ? [] : [[key, secret] as const])),
  ];
  const key = all.find(([, secret]) => {
    const value = secret.reveal();
    return value.length >= shortestSecret && command.includes(value);
  })?.[0];
  if (key === undefined) return;
  throw invalidInput([{ path, message: `This holds the value of ${key}. Write "$${key}" in its place.` }]);
}
