import { judgeBudget, type Pool } from '../budget.ts';
import { type Evidence, type Finding, inFile, ok } from '../finding.ts';
import type { Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import { importsOf } from './modules.ts';
import { fileDatabases } from './state.ts';

/** Pools of drivers and their size where nothing is said (their own documentation). */
const drivers: readonly { modules: readonly string[]; size: number }[] = [
  { modules: ['pg', '@neondatabase/serverless'], size: 10 },
  { modules: ['postgres'], size: 10 },
  { modules: ['mysql2', 'mysql2/promise', 'mysql', 'mariadb'], size: 10 },
  { modules: ['@prisma/client'], size: 10 },
  { modules: ['sequelize', '@nestjs/sequelize'], size: 5 },
  { modules: ['typeorm', '@nestjs/typeorm'], size: 10 },
  { modules: ['knex', 'objection'], size: 10 },
];
const sizeKeys = ['max', 'connectionLimit', 'connection_limit', 'poolSize'];

/** Node.js: the pool that each process opens, by its settings or by what the driver does by itself. */
export function judgeNodeBudget(scan: Scan, codes: readonly Code[]): Finding {
  const [driver] = drivers.flatMap(({ modules, size }) =>
    importsOf(codes, ...modules).map((found) => ({ ...found, size, modules })),
  );
  if (driver === undefined) return judgeBudget(scan, false, null);
  if (scan.facts.database === null && fileDatabases(scan, codes).length > 0)
    return ok('The database is a file.');
  // As many pools as there are processes, and how many those are depends on the server.
  if (importsOf(codes, 'cluster', 'node:cluster').length > 0) return judgeBudget(scan, true, null);
  return judgeBudget(scan, true, poolOf(scan, codes, driver));
}

function poolOf(
  scan: Scan,
  codes: readonly Code[],
  driver: { code: Code; line: number; size: number; modules: readonly string[] },
): Pool | null {
  const fromUrl = scan.variables('DATABASE_URL');
  const limit = Number(/[?&]connection_limit=(\d{1,4})/.exec(fromUrl?.value ?? '')?.[1]);
  if (fromUrl !== null && limit > 0) return pool(limit, fromUrl.evidence('sets the size of the pool'));
  for (const code of codes) {
    if (importsOf([code], ...driver.modules).length === 0) continue;
    for (const at of find(code, [oneOf(...sizeKeys), ':'])) {
      const size = code.tokens[at + 2]?.text ?? '';
      const line = code.tokens[at]?.line ?? 1;
      if (/^\d{1,4}$/.test(size)) return pool(Number(size), inFile(code.path, line, 'the size of the pool'));
      return null;
    }
  }
  return pool(driver.size, inFile(driver.code.path, driver.line, 'a pool of the driver’s own size'));
}

const pool = (connections: number, evidence: Evidence): Pool => ({
  connections,
  text: `a pool of ${connections}`,
  evidence: [evidence],
});
