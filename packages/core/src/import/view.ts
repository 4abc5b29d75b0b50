import type { ForeignFile } from '@fairlead/nginx';
import type { Fleet } from '../fleet.ts';
import { methodNames } from '../load-balancer/methods.ts';
import type { KnownServer } from './given-import.ts';
import { matchServers } from './match.ts';
import { settingLines } from './setting-lines.ts';

/** A `server` line, and whom it means. */
export interface ImportServerView {
  host: string;
  port: number;
  /** `backend`: takes the line over. `server`: is registered and does not run this app. `unknown`: is no registered server. */
  is: 'backend' | 'server' | 'unknown';
  server: { id: string; name: string } | null;
  /** What the line says beside the address, in words. */
  options: string[];
}

/** A file of the balancer's own, and what an import of it would make. */
export interface ImportView {
  path: string;
  sha256: string;
  blocks: ForeignFile['blocks'];
  /** Why it can't be imported, and what to do; null: it can. */
  refusal: string | null;
  /** null where it can't be imported. */
  result: {
    names: string[];
    tls: boolean;
    method: string;
    servers: ImportServerView[];
    /** HTTP settings in words. */
    settings: string[];
    snippet: string[];
    covered: string[];
    lost: { text: string; why: string }[];
  } | null;
}

export function viewImport(
  fleet: Fleet,
  { path, blocks, refusal, settings }: ForeignFile,
  sha256: string,
  servers: readonly KnownServer[],
): ImportView {
  if (settings === null) return { path, sha256, blocks, refusal, result: null };
  const { names, tls, method, http, snippet, covered, lost } = settings;
  const matches = matchServers(fleet, settings.servers, servers);
  return {
    path,
    sha256,
    blocks,
    refusal,
    result: {
      names,
      tls,
      method: methodNames[method],
      servers: matches.map(({ line, server, backend }) => ({
        host: line.host,
        port: line.port,
        is: backend !== null ? 'backend' : server !== null ? 'server' : 'unknown',
        server: server === null ? null : { id: server.id, name: server.name },
        options: optionsOf(line),
      })),
      settings: settingLines(http),
      snippet,
      covered,
      lost,
    },
  };
}

function optionsOf(line: NonNullable<ForeignFile['settings']>['servers'][number]): string[] {
  return [
    ...(line.weight === 1 ? [] : [`weight ${line.weight}`]),
    ...(line.maxFails === 1 ? [] : [`left out after ${line.maxFails} failures`]),
    ...(line.failTimeoutSeconds === 10 ? [] : [`after failures out for ${line.failTimeoutSeconds} s`]),
    ...(line.maxConns === 0 ? [] : [`at most ${line.maxConns} connections`]),
    ...(line.backup ? ['stands by'] : []),
    ...(line.down ? ['disabled'] : []),
  ];
}
