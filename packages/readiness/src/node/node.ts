import { at, isObject, readJson } from '../repository.ts';
import type { Findings, FrameworkName, Scan } from '../scan.ts';
import { judgeNodeBudget } from './budget.ts';
import { judgeNodeCache } from './cache.ts';
import { judgeNodeJobs } from './jobs.ts';
import { judgeNodeProxies } from './proxies.ts';
import { judgeNodeSecrets } from './secrets.ts';
import { judgeNodeSessions } from './sessions.ts';
import { judgeNodeState } from './state.ts';
import { judgeNodeUploads } from './uploads.ts';

/** What a developer runs by hand, and what builds: neither is part of a backend's process. */
const notServed =
  /(?:^|\/)(?:scripts?|tools?|bin|migrations?|seeds?|seeders?|benchmarks?)\/|(?:^|\/)(?:[^/]*\.config|gulpfile|Gruntfile|webpack[^/]*|rollup[^/]*|seed)\.[cm]?[jt]s$/;

/** Files that scripts of package.json run, but for those that start the app: `"build": "node build.js"`. */
function namedInScripts(scan: Scan): Set<string> {
  const scripts = at(readJson(scan.repository, 'package.json'), 'scripts');
  const named = (command: string) =>
    (command.slice(0, 1_000).match(/[^\s"';&|=]+\.[cm]?[jt]s\b/g) ?? []).map((path) =>
      path.replace(/^\.\//, ''),
    );
  const entries = isObject(scripts) ? Object.entries(scripts) : [];
  const of = (isStart: boolean) =>
    entries.flatMap(([name, command]) =>
      /^(?:start|serve|prod|worker)/.test(name) === isStart && typeof command === 'string'
        ? named(command)
        : [],
    );
  const started = new Set([...of(true), ...named(scan.facts.startCommand ?? '')]);
  return new Set(of(false).filter((path) => !started.has(path)));
}

/** Node.js, whatever the framework. */
export function judgeNode(scan: Scan, framework: FrameworkName): Findings {
  const all = scan.repository.codes(/\.(?:[cm]?[jt]s|[jt]sx)$/);
  const builders = namedInScripts(scan);
  const served = all.filter(({ path }) => !notServed.test(path) && !builders.has(path));
  return {
    uploads: judgeNodeUploads(scan, served),
    sessions: judgeNodeSessions(scan, served),
    cache: judgeNodeCache(scan, all, framework),
    jobs: judgeNodeJobs(scan, served),
    'local-state': judgeNodeState(scan, served),
    secrets: judgeNodeSecrets(scan, served, framework),
    'trusted-proxies': judgeNodeProxies(scan, served, framework),
    'database-connections': judgeNodeBudget(scan, served),
  };
}
