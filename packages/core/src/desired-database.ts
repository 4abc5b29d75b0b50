import { Secret } from '@fairlead/errors';
import { serverLoopback } from './app/runtimes.ts';
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
  'DB_SSLMODE',
  'MYSQL_ATTR_SSL_CA',
  'NODE_EXTRA_CA_CERTS',
  'PGSSLMODE',
  'PGSSLROOTCERT',
] as const;

/** Host, name, user and password for one backend, under the names that Rails, Laravel, Django and Node.js programs read. */
export function databaseEnvironment(
  database: { engine: DatabaseEngine; database: string; user: string; logins: readonly DatabaseLogin[] },
  host: string,
  password: Secret | null,
  runtime = '',
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
  const way = wayTo(database, host, runtime);
  Object.assign(generated, way.variables);
  if (password === null) return generated;
  const credentials = `${login}:${encodeURIComponent(password.reveal())}`;
  return {
    DATABASE_URL: new Secret(
      `${schemes[database.engine]}://${credentials}@${urlHost}:${port}/${database.database}${way.query}`,
    ),
    ...generated,
    DB_PASSWORD: password,
  };
}

/**
 * How a driver is told to encrypt without asking who issued the certificate, which an engine made for itself. On the primary nothing leaves the machine.
 * PostgreSQL: libpq's `sslmode` (https://www.postgresql.org/docs/current/libpq-ssl.html); node-postgres takes `require` as `verify-full`, and has `no-verify`
 * for this (https://node-postgres.com/features/ssl). MariaDB: mysql2 takes `ssl` as JSON; other drivers have no variable.
 */
function wayTo(
  { engine, logins }: { engine: DatabaseEngine; logins: readonly DatabaseLogin[] },
  host: string,
  runtime: string,
): { variables: Record<string, string>; query: string } {
  if (logins[0]?.tls !== true || host === serverLoopback(runtime)) return { variables: {}, query: '' };
  if (engine === 'mariadb') {
    const query = runtime === 'node' ? `?ssl=${encodeURIComponent('{"rejectUnauthorized":false}')}` : '';
    return { variables: { DB_SSLMODE: 'require' }, query };
  }
  const mode = runtime === 'node' ? 'no-verify' : 'require';
  return { variables: { DB_SSLMODE: mode, PGSSLMODE: mode }, query: `?sslmode=${mode}` };
}
