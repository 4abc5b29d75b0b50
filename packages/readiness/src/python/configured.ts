import type { Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, string } from '../source/find.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { endOfExpression } from './jobs.ts';

/** A configuration's key in any of its shapes: `app.config['X'] = …`, `X = …` in a class or file, `X=…` in `config.update(…)`. */
export function configured(scan: Scan, codes: readonly Code[], key: string): Setting | null {
  const found = codes.flatMap((code) => {
    const indexed = find(code, ['config', '[', string(key), ']', '=']).map((at) => at + 5);
    const named = find(code, [key, '=']).map((at) => at + 2);
    const inDict = find(code, [string(key), ':']).map((at) => at + 2);
    return [...indexed, ...named, ...inDict].map((from) =>
      resolve(readValue(code, { from, to: endOfExpression(code, from) }), code.path, scan.variables),
    );
  });
  return found.at(-1) ?? null;
}
