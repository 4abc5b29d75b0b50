import { type Evidence, type Finding, inFile, ok, problem, unknown } from '../finding.ts';
import { absent, type Scan } from '../scan.ts';
import { type Code, lineAt } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';
import { localService } from '../stores.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { isLocalHost } from '../variables.ts';
import { imports } from './modules.ts';

const timers = [
  'apscheduler',
  'flask_apscheduler',
  'schedule',
  'django_crontab',
  'django_apscheduler',
  'fastapi_utils',
  'rocketry',
];
const redisQueues = ['rq', 'django_rq', 'arq', 'dramatiq', 'huey', 'django_q'];

/** Python: Celery's broker, other queues, and timers in the web process. */
export function judgePythonJobs(scan: Scan, codes: readonly Code[]): Finding {
  const timed = imports(codes, timers, (name) => `${name} runs in each process`);
  const local = codes.flatMap((code) =>
    find(code, [oneOf('SqliteHuey', 'MemoryHuey', 'FileHuey')]).map((at) =>
      inFile(code.path, lineAt(code, at), 'queues on this server'),
    ),
  );
  if (timed.length > 0) return problem('Timed tasks run once on each server.', ...timed);
  if (local.length > 0) return problem('Each server has a queue of its own.', ...local);
  const celery = imports(codes, ['celery'], () => 'Celery');
  if (celery.length > 0) return judgeCelery(scan, codes, celery);
  const queues = imports(codes, redisQueues, (name) => `${name} queues outside the process`);
  if (queues.length === 0) {
    const threads = codes.flatMap((code) =>
      find(code, ['BackgroundScheduler', '(']).map((at) =>
        inFile(code.path, lineAt(code, at), 'works on in this process'),
      ),
    );
    return threads.length > 0
      ? problem('Work in the background is known to one server alone.', ...threads)
      : absent(scan, 'Nothing works in the background.');
  }
  const own = localService(scan.variables, ['REDIS_URL', 'REDIS_HOST']);
  return own === null
    ? ok('All backends share the queue.', ...queues)
    : problem('Each server has a queue of its own.', own, ...queues);
}

/** The broker, by Django's settings, by `broker=`, by `broker_url`, or by the variable that Celery reads itself. */
function judgeCelery(scan: Scan, codes: readonly Code[], celery: Evidence[]): Finding {
  const found = codes.flatMap((code) => brokers(scan, code));
  const named = scan.variables('CELERY_BROKER_URL');
  const setting = found.find(({ text }) => text !== null) ?? found[0];
  if (setting === undefined) {
    if (named !== null && named.value !== '')
      return judgeBroker(named.value, named.evidence('Celery’s broker'));
    return problem('Celery is given no broker, so it asks one on each server itself.', ...celery);
  }
  if (setting.from === 'unset')
    return problem(
      'Celery’s broker is read from a variable that is not set.',
      setting.evidence('Celery’s broker, not set'),
    );
  if (setting.text === null)
    return unknown('Celery’s broker can’t be told from here.', setting.evidence('Celery’s broker'));
  return judgeBroker(setting.text, setting.evidence('Celery’s broker'));
}

function brokers(scan: Scan, code: Code): Setting[] {
  const names = ['CELERY_BROKER_URL', 'BROKER_URL', 'broker_url', 'broker'];
  return find(code, [oneOf(...names), '=']).flatMap((at) => {
    if (code.tokens[at + 2]?.text === '=') return [];
    const value = { from: at + 2, to: endOfExpression(code, at + 2) };
    return [resolve(readValue(code, value), code.path, scan.variables)];
  });
}

function judgeBroker(url: string, evidence: Evidence): Finding {
  if (/^(?:memory|filesystem|sqla?\+sqlite|sqlite)/.test(url) || isLocalHost(url))
    return problem('Each server has a queue of its own.', evidence);
  return /^(?:rediss?|amqps?|pyamqp|sentinel|sqs|confluentkafka|sqla)/.test(url)
    ? ok('All backends share the queue.', evidence)
    : unknown('Celery’s broker can’t be told from here.', evidence);
}

/** Where an expression ends: with its line, a comma, or the bracket around it. */
export function endOfExpression(code: Code, from: number): number {
  const line = lineAt(code, from);
  let at = from;
  while (at < code.tokens.length && lineAt(code, at) === line) {
    const { kind, text } = code.tokens[at] ?? { kind: 'mark', text: ')' };
    if (kind === 'mark' && [',', ')', ']', '}'].includes(text)) break;
    const end = code.closing[at] ?? -1;
    if (end > at) {
      at = end + 1;
      // What follows the bracket is on its line.
      if (at < code.tokens.length && lineAt(code, at) === lineAt(code, end) && lineAt(code, end) !== line)
        return at;
    } else at += 1;
  }
  return at;
}
