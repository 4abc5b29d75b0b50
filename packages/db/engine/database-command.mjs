import pg from 'pg';

/** Prisma's own codes for what Postgres says (https://www.prisma.io/docs/orm/reference/error-reference). */
const prismaCodes = /** @type {Record<string, string>} */ ({
  '3D000': 'P1003',
  '28P01': 'P1000',
  28000: 'P1010',
  ECONNREFUSED: 'P1001',
  ENOTFOUND: 'P1001',
  ETIMEDOUT: 'P1001',
});

/** @param {string} url @param {(client: pg.Client) => Promise<unknown>} use */
async function withClient(url, use) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await use(client);
  } catch (error) {
    const { code = '', message } = /** @type {{ code?: string, message: string }} */ (error);
    throw Object.assign(new Error(message), { code: prismaCodes[code] ?? 'P1001' });
  } finally {
    await client.end();
  }
}

/**
 * The engine's one-shot commands, which the CLI runs before migrations.
 * @param {string} command `can-connect-to-database` or `create-database`
 * @param {string} url
 */
export async function databaseCommand(command, url) {
  if (command === 'can-connect-to-database') {
    await withClient(url, (client) => client.query('SELECT 1'));
  } else if (command === 'create-database') {
    const maintenance = new URL(url);
    const name = decodeURIComponent(maintenance.pathname.slice(1));
    maintenance.pathname = '/postgres';
    await withClient(maintenance.href, (client) =>
      client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`),
    );
  } else {
    throw Object.assign(new Error(`No such command: ${command}`), { code: 'P0000' });
  }
}
