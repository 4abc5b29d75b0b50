import type { Findings, FrameworkName, Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { judgePythonBudget } from './budget.ts';
import { judgePythonCache } from './cache.ts';
import { judgePythonJobs } from './jobs.ts';
import { imports } from './modules.ts';
import { judgePythonProxies } from './proxies.ts';
import { judgePythonSecrets } from './secrets.ts';
import { judgePythonSessions } from './sessions.ts';
import { judgePythonState } from './state.ts';
import { judgePythonUploads } from './uploads.ts';

const notServed = /(?:^|\/)(?:migrations|alembic|scripts|tools)\//;

/** Flask, FastAPI and other Python: what the code itself says. */
export function judgePython(scan: Scan, framework: FrameworkName): Findings {
  const codes = scan.repository.codes(/\.py$/).filter(({ path }) => !notServed.test(path));
  return {
    uploads: judgePythonUploads(scan, codes),
    sessions: judgePythonSessions(scan, codes),
    cache: judgePythonCache(scan, codes),
    jobs: judgePythonJobs(scan, codes),
    'local-state': judgePythonState(scan, codes),
    secrets: judgePythonSecrets(scan, codes, framework),
    'trusted-proxies': judgePythonProxies(scan, codes, framework),
    'database-connections': judgePythonBudget(
      scan,
      usesDatabase(codes) || scan.facts.database !== null,
      codes,
      pooled(codes),
    ),
  };
}

const usesDatabase = (codes: readonly Code[]) =>
  imports(
    codes,
    [
      'sqlalchemy',
      'flask_sqlalchemy',
      'psycopg2',
      'psycopg',
      'asyncpg',
      'pymysql',
      'MySQLdb',
      'sqlmodel',
      'tortoise',
      'peewee',
      'databases',
    ],
    () => '',
  ).length > 0;

/** SQLAlchemy: 5 kept and 10 more when busy, for each worker. */
const pooled = (codes: readonly Code[]) =>
  imports(codes, ['sqlalchemy', 'flask_sqlalchemy', 'sqlmodel'], () => '').length > 0 ? 15 : 1;
