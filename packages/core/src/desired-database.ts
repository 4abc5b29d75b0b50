import { Secret } from '@fairlead/errors';
import type { DatabaseLogin } from './database/logins.ts';

export const databaseEngines = ['none', 'postgresql', 'mariadb'] as const;
export type DatabaseEngine = Exclude<(typeof databaseEngines)[number], 'none'>;

/** TCP ports of the engines' Debian packages. */
export const databasePorts: Record<DatabaseEngine, number> = { postgresql: 5432, mariadb: 3306 };

const schemes: Record<DatabaseEngine, string> = { postgresql: 'postgresql', mariadb: 'mysql' };
/** Laravel's names of connections (config/database.php). */
const connections: Record<DatabaseEngine, string> = { postgresql: 'pgsql', mariadb: 'mysql' };

/** The keys that Fairlead writes into the environment of an app with a database of its own. */
export const databaseEnvironmentKeys = [
  'DATABASE_URL',
  'DB_CONNECTION',
  'DB_HOST',
  'DB_PORT',
  'DB_DATABASE',
  'DB_NAME',
  'DB_USERNAME',
  'DB_USER',
  'DB_PASSWORD',
] as const;

/** Host, name, user and password for one backend, under the names that Rails, Laravel, Django and Node.js programs read. */
export function databaseEnvironment(
  database: { engine: DatabaseEngine; database: string; user: string; logins: readonly DatabaseLogin[] },
  host: string,
  password: Secret | null,
): Record<string, string | Secret> {
  const login = database.logins[0]?.name ?? database.user;
  const port = String(databasePorts[database.engine]);
  const urlHost = host.includes(':') ? `[${host}]` : host;
  const generated: Record<string, string | Secret> = {
    DB_CONNECTION: connections[database.engine],
    DB_HOST: host,
    DB_PORT: port,
    DB_DATABASE: database.database,
    DB_NAME: database.database,
    DB_USERNAME: login,
    DB_USER: login,
  };
  if (password === null) return generated;
  const credentials = `${login}:${encodeURIComponent(password.reveal())}`;
  return {
    DATABASE_URL: new Secret(
      `${schemes[database.engine]}://${credentials}@${urlHost}:${port}/${database.database}`,
    ),
    ...generated,
    DB_PASSWORD: password,
  };
}
