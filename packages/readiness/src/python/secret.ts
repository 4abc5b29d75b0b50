import { type Finding, ok, problem, unknown } from '../finding.ts';
import type { Scan } from '../scan.ts';
import { lineAt } from '../source/code.ts';
import { resolve } from '../value/resolve.ts';
import { type Assigned, settingOf } from './assignments.ts';

/** What signs must be given to all backends alike. */
export function judgeSecret(
  scan: Scan,
  key: Assigned,
  name: string,
  variable: string | null = null,
): Finding {
  const line = lineAt(key.code, key.value.from);
  const setting =
    variable === null
      ? settingOf(scan, key)
      : resolve({ kind: 'variable', name: variable, fallback: null, line }, key.code.path, scan.variables);
  switch (setting.from) {
    case 'environment':
      return ok('All backends are given the same secret.', setting.evidence('set'));
    case 'code':
      return ok(
        'All backends have the secret that is written in the repository.',
        setting.evidence('a secret in the repository'),
      );
    case 'random':
      return problem(
        'A secret is made anew by each process: what one signs, the others refuse.',
        setting.evidence('made at random'),
      );
    case 'unset':
      return problem(`${name} is read from a variable that is not set.`, setting.evidence('not set'));
    case 'computed':
      return unknown(`Where ${name} comes from can’t be told from here.`, setting.evidence('put together'));
  }
}
