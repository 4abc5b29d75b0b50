import { type Fleet, processesIn, type Runtime, runtimes, runtimesOf } from '@fairlead/core';
import type { Server } from '@fairlead/db';
import { type ServerFacts, serverFactsSchema } from '@fairlead/remote';
import { z } from 'zod';

/** What a machine must be able to do beside serving by Nginx. */
export const needsSchema = z.object({
  runtimes: z.array(z.enum(runtimes)).default([]),
  databases: z.array(z.enum(['postgresql', 'mariadb', 'redis'])).default([]),
  /** A host program that knows processes beside the web's. */
  processes: z.boolean().default(false),
});
export type Needs = z.infer<typeof needsSchema>;
export type Engine = Needs['databases'][number];

/** What a server has to have for its part in an app. */
export function needsOf(app: Fleet['app'], serverId: string, hasBackend: boolean): Needs {
  const isDatabaseHere = app.databaseEngine !== 'none' && app.primaryServerId === serverId;
  return {
    runtimes: hasBackend ? runtimesOf(app) : [],
    databases: [
      ...(isDatabaseHere ? [app.databaseEngine as Engine] : []),
      ...(app.redis != null && app.primaryServerId === serverId ? (['redis'] as const) : []),
    ],
    processes:
      hasBackend && [app.processes, app.processesProven].some((column) => processesIn(column).length > 0),
  };
}

/** What the last check or preparation read of a server; null before that, or from a host program of another contract. */
export function factsOf(server: Pick<Server, 'facts'>): ServerFacts | null {
  return serverFactsSchema.safeParse(server.facts).data ?? null;
}

/** What of `needs` the facts don't show; empty: the machine is ready for them. */
export function missingFrom(facts: ServerFacts | null, needs: Needs): string[] {
  if (facts === null) return ['facts'];
  const has: Record<Runtime | Engine | 'nginx', boolean> = {
    nginx: facts.nginx !== null,
    // A host program that is older than apps of Python brings no package manager and no version either.
    node: facts.node !== null && facts.python !== undefined,
    php: facts.php !== null,
    python: facts.python != null,
    static: true,
    docker: facts.docker != null,
    postgresql: facts.postgresql !== null,
    mariadb: facts.mariadb !== null,
    redis: facts.redis != null,
  };
  const lacking = (['nginx', ...needs.runtimes, ...needs.databases] as const).filter((need) => !has[need]);
  const program = [
    ...(facts.sequences === true ? [] : ['sequences']),
    ...(needs.processes && facts.processes !== true ? ['processes'] : []),
  ];
  return [...lacking, ...program];
}

/** What the machine has now and `needs` ask for: a preparation never takes away. */
export function widened(facts: ServerFacts | null, needs: Needs): Needs {
  const runtimes = new Set<Runtime>(needs.runtimes);
  const databases = new Set<Engine>(needs.databases);
  if (facts?.node) runtimes.add('node');
  if (facts?.php) runtimes.add('php');
  if (facts?.python) runtimes.add('python');
  if (facts?.docker) runtimes.add('docker');
  if (facts?.postgresql) databases.add('postgresql');
  if (facts?.mariadb) databases.add('mariadb');
  if (facts?.redis) databases.add('redis');
  return { runtimes: [...runtimes].sort(), databases: [...databases].sort(), processes: needs.processes };
}
