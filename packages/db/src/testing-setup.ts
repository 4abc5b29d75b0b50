import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.ts';
import { migrate } from './migrate.ts';
import './testing.ts';

/** Vitest's global setup: one disposable Postgres for all test files, with a migrated database to clone. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'fairlead-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, disposable: true });
  const teardown = async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  };
  try {
    await migrate(postgres.url);
  } catch (error) {
    await teardown();
    throw error;
  }
  project.provide('fairleadTemplateUrl', postgres.url);
  return teardown;
}
