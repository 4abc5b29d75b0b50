import { randomBytes } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { inject } from 'vitest';
import { createDatabase, type Database } from './database.ts';
import { PrismaClient } from './generated/client.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Server of `testing-setup.ts`; the database in the URL is the migrated template. */
    fairleadTemplateUrl: string;
  }
}

/** A database of one test's own, with every migration. */
export interface TestDatabase extends Database {
  readonly url: string;
}

async function atServer(use: (client: pg.Client, template: string) => Promise<unknown>): Promise<URL> {
  const template = new URL(inject('fairleadTemplateUrl'));
  const maintenance = new URL(template);
  maintenance.pathname = '/postgres';
  const client = new pg.Client({ connectionString: maintenance.href });
  await client.connect();
  try {
    await use(client, template.pathname.slice(1));
  } finally {
    await client.end();
  }
  return template;
}

/**
 * Clones the migrated template. Needs the global setup `packages/db/src/testing-setup.ts` (vitest projects `db` and `lab`).
 * `close()` drops the database.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const url = await atServer((client, template) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${client.escapeIdentifier(template)}`),
  );
  url.pathname = `/${name}`;
  const database = createDatabase(url.href);
  return {
    ...database,
    url: url.href,
    close: async () => {
      await database.close();
      await atServer((client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** Prisma's own client on the same connections, the control of ours: a transaction that lost to another is not done again. */
export function plainClient({ pool }: Database): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool) });
}
