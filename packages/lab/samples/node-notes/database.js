import pg from 'pg';

const { DATABASE_URL, DB_HOST, DB_PORT, DB_NAME, DB_DATABASE, DB_USER, DB_USERNAME, DB_PASSWORD } = process.env;

const settings = DATABASE_URL
  ? { connectionString: DATABASE_URL }
  : {
      host: DB_HOST,
      port: Number(DB_PORT ?? 5432),
      database: DB_NAME ?? DB_DATABASE,
      user: DB_USER ?? DB_USERNAME,
      password: DB_PASSWORD,
    };

const pool = DATABASE_URL || DB_HOST ? new pg.Pool({ ...settings, max: 4, connectionTimeoutMillis: 3000 }) : undefined;
pool?.on('error', (error) => console.error(`database: ${error.message}`));

let prepared;

// Several servers start at once on one database: the lock lets one of them make the table.
async function prepare() {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(7164)');
    await client.query(
      'CREATE TABLE IF NOT EXISTS notes (id serial PRIMARY KEY, body text NOT NULL, server text NOT NULL, at timestamptz NOT NULL DEFAULT now())',
    );
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

async function query(text, values) {
  prepared ??= prepare().catch((error) => {
    prepared = undefined;
    throw error;
  });
  await prepared;
  return pool.query(text, values);
}

/** The number of notes and the newest ones, or `undefined` without a database. */
export async function listNotes() {
  if (!pool) return undefined;
  const { rows } = await query('SELECT body, server, count(*) OVER () AS total FROM notes ORDER BY id DESC LIMIT 10');
  return { count: Number(rows[0]?.total ?? 0), notes: rows.map(({ body, server }) => ({ body, server })) };
}

export async function addNote(body, server) {
  if (pool) await query('INSERT INTO notes (body, server) VALUES ($1, $2)', [body.slice(0, 500), server]);
}

export const closeDatabase = () => pool?.end();
