import type { HostedDatabase } from '@fairlead/db';
import { Secret } from '@fairlead/errors';

/** What decides the variables; a row of Prisma fits. */
export type HostedSettings = Pick<
  HostedDatabase,
  'engine' | 'host' | 'port' | 'name' | 'user' | 'tls' | 'authority' | 'passwordCipher'
>;

/** Certificates that a system trusts, as Debian and Ubuntu gather them. */
const systemAuthorities = '/etc/ssl/certs/ca-certificates.crt';

/** Where a backend keeps the certificates that the app's hosted database is verified by. */
export function authorityPath(slug: string): string {
  return `/srv/fairlead/${slug}/database-authority.pem`;
}

/** The account of a database elsewhere, under the names that Fairlead's own is told by. */
export function hostedEnvironment(
  hosted: HostedSettings,
  app: { slug: string; runtime: string },
  password: Secret | null,
): Record<string, string | Secret> {
  const isPostgres = hosted.engine === 'postgresql';
  const file = hosted.authority === null ? systemAuthorities : authorityPath(app.slug);
  const way = isPostgres
    ? postgresWay(hosted.tls, app.runtime, file)
    : mariadbWay(hosted.tls, app.runtime, file);
  const generated: Record<string, string | Secret> = {
    DB_CONNECTION: isPostgres ? 'pgsql' : 'mysql',
    DB_HOST: hosted.host,
    DB_PORT: String(hosted.port),
    DB_DATABASE: hosted.name,
    DB_NAME: hosted.name,
    DB_USERNAME: hosted.user,
    DB_USER: hosted.user,
    ...way.variables,
    ...(hosted.authority !== null && hosted.tls === 'verify' && app.runtime === 'node'
      ? { NODE_EXTRA_CA_CERTS: file }
      : {}),
  };
  if (password === null) return generated;
  const host = hosted.host.includes(':') ? `[${hosted.host}]` : hosted.host;
  const account = `${encodeURIComponent(hosted.user)}:${encodeURIComponent(password.reveal())}`;
  const scheme = isPostgres ? 'postgresql' : 'mysql';
  const query = way.query.toString();
  const url = `${scheme}://${account}@${host}:${hosted.port}/${encodeURIComponent(hosted.name)}`;
  return {
    DATABASE_URL: new Secret(query === '' ? url : `${url}?${query}`),
    ...generated,
    DB_PASSWORD: password,
  };
}

interface Way {
  variables: Record<string, string>;
  query: URLSearchParams;
}

/** As `sslmode` of libpq says it; node-postgres has another word for encrypting without verifying. */
function postgresWay(tls: string, runtime: string, file: string): Way {
  if (tls === 'off') return { variables: {}, query: new URLSearchParams() };
  const mode = tls === 'verify' ? 'verify-full' : runtime === 'node' ? 'no-verify' : 'require';
  const query = new URLSearchParams({ sslmode: mode });
  if (tls !== 'verify') return { variables: { DB_SSLMODE: mode, PGSSLMODE: mode }, query };
  query.set('sslrootcert', file);
  return { variables: { DB_SSLMODE: mode, PGSSLMODE: mode, PGSSLROOTCERT: file }, query };
}

/** Laravel reads `MYSQL_ATTR_SSL_CA`; mysql2 takes `ssl` of the URL as JSON. */
function mariadbWay(tls: string, runtime: string, file: string): Way {
  if (tls === 'off') return { variables: {}, query: new URLSearchParams() };
  const ssl = JSON.stringify({ rejectUnauthorized: tls === 'verify' });
  return {
    variables: { DB_SSLMODE: tls, ...(tls === 'verify' ? { MYSQL_ATTR_SSL_CA: file } : {}) },
    query: new URLSearchParams(runtime === 'node' ? { ssl } : {}),
  };
}
