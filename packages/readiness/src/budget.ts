import { type Evidence, type Finding, ok, problem, unknown } from './finding.ts';
import type { Facts } from './input.ts';
import { absent, type Scan } from './scan.ts';

/** Connections that one backend may open, and where that is said. */
export interface Pool {
  connections: number;
  /** In words, e.g. `20 PHP workers`. */
  text: string;
  evidence: Evidence[];
}

/** What an engine keeps for its administrators, for backups and for a look by hand. */
const spare = 10;
const engineNames = { postgresql: 'PostgreSQL', mariadb: 'MariaDB' } as const;

/** Pools of all backends, and of the one that a release runs on twice while it is switched, against what the server allows. */
export function judgeBudget(scan: Scan, uses: boolean, pool: Pool | null): Finding {
  const { facts } = scan;
  if (!uses && facts.database === null) return absent(scan, 'The app uses no database.');
  if (pool === null) return unknown('How many connections one backend opens can’t be told from here.');
  const wanted = pool.connections * (facts.backends + 1);
  const counted = `${facts.backends} backends with ${pool.text} each, and one of them twice during a release, open up to ${wanted} connections`;
  const { database } = facts;
  if (database === null) {
    return unknown(`${counted}; what the database allows is not known here.`, ...pool.evidence);
  }
  return judgeLimit(database, wanted, counted, pool);
}

function judgeLimit(
  { engine, maxConnections }: NonNullable<Facts['database']>,
  wanted: number,
  counted: string,
  pool: Pool,
): Finding {
  const name = engineNames[engine];
  if (maxConnections === null) {
    return unknown(`${counted}; what ${name} allows has not been read yet.`, ...pool.evidence);
  }
  const text = `${counted}; ${name} allows ${maxConnections}.`;
  return wanted + spare <= maxConnections ? ok(text, ...pool.evidence) : problem(text, ...pool.evidence);
}
