import type { Scan } from '../scan.ts';
import { type Code, isMark, type Range } from '../source/code.ts';
import { find } from '../source/find.ts';
import { readValue } from '../value/read-value.ts';
import { resolve, type Setting } from '../value/resolve.ts';
import { endOfExpression } from './jobs.ts';

/** A name that is given a value in a file; the last one counts. */
export interface Assigned {
  code: Code;
  value: Range;
}

export function assigned(codes: readonly Code[], name: string): Assigned | null {
  return (
    codes
      .flatMap((code) =>
        find(code, [name, '=']).flatMap((at) => {
          // `a == b`, and an argument of a call
          if (isMark(code, at + 2, '=') || isMark(code, at - 1, '(') || isMark(code, at - 1, ',')) return [];
          return [{ code, value: { from: at + 2, to: endOfExpression(code, at + 2) } }];
        }),
      )
      .at(-1) ?? null
  );
}

export function settingOf(scan: Scan, { code, value }: Assigned): Setting {
  return resolve(readValue(code, value), code.path, scan.variables);
}
