import { join } from 'node:path';
import { defineConfig } from 'prisma/config';

// Prisma would download its schema engine from a host of its own; this one comes from the package registry.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= join(import.meta.dirname, 'packages/db/engine/schema-engine.mjs');

// No look for newer versions on every run.
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({
  schema: join(import.meta.dirname, 'prisma/schema.prisma'),
  migrations: { path: join(import.meta.dirname, 'prisma/migrations') },
  ...(process.env.DATABASE_URL === undefined ? {} : { datasource: { url: process.env.DATABASE_URL } }),
});
