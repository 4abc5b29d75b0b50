import { type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { at, isObject, lineOf, readYaml } from '../repository.ts';
import { absent, type Scan } from '../scan.ts';
import { isLocalHost } from '../variables.ts';

const path = 'config/packages/messenger.yaml';

/** Symfony Messenger: where each transport keeps its messages. */
export function judgeSymfonyJobs(scan: Scan): Finding {
  const transports = at(readYaml(scan.repository, path), 'framework', 'messenger', 'transports');
  if (!isObject(transports)) return absent(scan, 'Nothing is queued.');
  const found = Object.entries(transports).map(([name, value]) => {
    const evidence = inFile(path, lineOf(scan.repository, path, `${name}:`), 'a transport of Messenger');
    const dsn = typeof value === 'string' ? value : at(value, 'dsn');
    return { evidence, place: placeOf(scan, dsn) };
  });
  const local = found.filter(({ place }) => place === 'local').map(({ evidence }) => evidence);
  if (local.length > 0) return problem('A queue is known to one server alone.', ...local);
  const unclear = found.filter(({ place }) => place === null).map(({ evidence }) => evidence);
  if (unclear.length > 0) return unknown('Where a queue is kept can’t be told from here.', ...unclear);
  return ok('All backends share the queues.', ...found.map(({ evidence }) => evidence));
}

function placeOf(scan: Scan, dsn: unknown): 'local' | 'shared' | null {
  if (typeof dsn !== 'string') return null;
  const name = /^%env\((?:[a-z_]+:)*([A-Za-z0-9_]+)\)%$/.exec(dsn.slice(0, 200))?.[1];
  const text = name === undefined ? dsn : (scan.variables(name)?.value ?? '');
  if (/^in-memory:/.test(text) || isLocalHost(text)) return 'local';
  return /^(?:doctrine|rediss?|amqps?|sqs|beanstalkd|sync|kafka|https?):/.test(text) ? 'shared' : null;
}
