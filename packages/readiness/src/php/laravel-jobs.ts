import { type Evidence, type Finding, inFile, ok, problem, withFix } from '../finding.ts';
import type { Scan } from '../scan.ts';
import { type Code, isMark } from '../source/code.ts';
import { calls, find, oneOf } from '../source/find.ts';
import { judgePlace, type Place, placeOf } from '../stores.ts';
import { sharedBy, wordsOf } from './laravel.ts';
import { configured } from './laravel-config.ts';

const places: Record<string, Place> = {
  sync: 'none',
  null: 'none',
  deferred: 'none',
  background: 'local',
  database: 'shared',
  redis: 'shared',
  sqs: 'shared',
  beanstalkd: 'shared',
  rabbitmq: 'shared',
};

/** Laravel: the queue's connection, and tasks of the scheduler that would run once on each server. */
export function judgeLaravelJobs(scan: Scan, app: readonly Code[], isNew: boolean): Finding {
  const everywhere = app.flatMap(unguardedTasks);
  if (everywhere.length > 0) {
    const found = problem('Scheduled tasks run once on each server.', ...everywhere);
    return withFix(
      found,
      'Laravel',
      'Guard each task; it takes a lock in the shared cache.',
      '->onOneServer()',
    );
  }
  const setting = configured(scan, 'queue', 'default', 'QUEUE_CONNECTION', isNew ? 'database' : 'sync');
  const driver = setting.text ?? '';
  const place = placeOf(places, driver);
  if (place === 'none')
    return scan.facts.hasWorkers
      ? problem(
          'Workers get nothing: jobs run within the request that starts them.',
          setting.evidence('no queue'),
        )
      : ok('Jobs run within the request that starts them.', setting.evidence('no queue'));
  return judgePlace(place, 'the queue', setting.evidence(wordsOf(place)), sharedBy(scan, driver));
}

/** `$schedule->command(…)->daily()` without `onOneServer()` in the same statement. */
function unguardedTasks(code: Code): Evidence[] {
  const tasks = oneOf('command', 'job', 'call', 'exec');
  const starts = [
    ...calls(code, ['$schedule', '-', '>', tasks]),
    ...calls(code, ['Schedule', ':', ':', tasks]),
  ];
  return starts.flatMap(({ at, line }) => {
    const statement = { from: at, to: endOfStatement(code, at) };
    return find(code, ['onOneServer', '('], statement).length > 0
      ? []
      : [inFile(code.path, line, 'a task without onOneServer()')];
  });
}

function endOfStatement(code: Code, from: number): number {
  let at = from;
  while (at < code.tokens.length && !isMark(code, at, ';')) at = Math.max(at, code.closing[at] ?? -1) + 1;
  return at;
}
