import type { App } from '@fairlead/db';
import type { Context } from '../context.ts';
import { readDatabasePassword, readEnvironmentSecrets } from '../environment/reveal.ts';
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
  const own = Object.entries(await readEnvironmentSecrets(ctx, app)).filter(([key]) => secretName.test(key));
  const password = readDatabasePassword(ctx, app);
  const all = password === null ? own : [...own, ['DB_PASSWORD', password] as const];
  const key = all.find(([, secret]) => {
    const value = secret.reveal();
    return value.length >= shortestSecret && command.includes(value);
  })?.[0];
  if (key === undefined) return;
  throw invalidInput([{ path, message: `This holds the value of ${key}. Write "$${key}" in its place.` }]);
}
