import { type Evidence, inFile } from '../finding.ts';
import { at, isObject, readJson } from '../repository.ts';
import type { Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, matches, string } from '../source/find.ts';

/** Names of package.json's `dependencies`; what is for development alone never runs on a backend. */
export function dependencies(scan: Scan): Set<string> {
  const required = at(readJson(scan.repository, 'package.json'), 'dependencies');
  return new Set(isObject(required) ? Object.keys(required) : []);
}

/** How a file calls what it imports from a module. */
export interface Import {
  code: Code;
  line: number;
  /** The module's name in this file; null where it is called at once, as in `require('x')()`. */
  local: string | null;
  /** Names taken out of it: `{ a, b as c }` gives `a` → `a`, `b` → `c`. */
  named: ReadonlyMap<string, string>;
}

/** In one file; a module is imported once or twice. */
const maxImports = 20;

/** Every `import … from 'x'` and `require('x')` of one of some modules. */
export function importsOf(codes: readonly Code[], ...modules: string[]): Import[] {
  return codes.flatMap((code) =>
    find(code, [string(...modules)])
      .slice(0, maxImports)
      .flatMap((at_) => {
        const line = code.tokens[at_]?.line ?? 1;
        if (code.tokens[at_ - 1]?.text === 'from') return [{ code, line, ...before(code, at_ - 2) }];
        if (!matches(code, at_ - 2, ['require', '(']) && !matches(code, at_ - 2, ['import', '('])) return [];
        const equals = code.tokens[at_ - 3]?.text === 'await' ? at_ - 4 : at_ - 3;
        if (code.tokens[equals]?.text !== '=') return [{ code, line, local: null, named: new Map() }];
        return [{ code, line, ...before(code, equals - 1) }];
      }),
  );
}

/** Reads backwards what a module is called: `x`, `* as x`, `{ a, b: c }`, `x, { a }`. */
function before(code: Code, end: number): Pick<Import, 'local' | 'named'> {
  const named = new Map<string, string>();
  let at_ = end;
  if (code.tokens[at_]?.text === '}') {
    const names: string[] = [];
    for (at_ -= 1; at_ >= 0 && code.tokens[at_]?.text !== '{' && names.length < 400; at_ -= 1)
      names.unshift(code.tokens[at_]?.text ?? '');
    for (const part of names.join(' ').split(',')) {
      const [name, local] = part.trim().split(/ (?:as|:) /);
      if (name) named.set(name.replace(/^type /, ''), (local ?? name).trim());
    }
    at_ -= 1;
    if (code.tokens[at_]?.text === ',') at_ -= 1;
  }
  const token = code.tokens[at_];
  const isName = token?.kind === 'word' && !['import', 'const', 'let', 'var', 'type'].includes(token.text);
  return { local: isName ? token.text : null, named };
}

/** The first import of one of some modules, as evidence. */
export function importEvidence(
  codes: readonly Code[],
  modules: readonly string[],
  text: (name: string) => string,
): Evidence[] {
  return modules.flatMap((name) =>
    importsOf(codes, name).map(({ code, line }) => inFile(code.path, line, text(name))),
  );
}

/** Whether a string stands in the code, as `'use server'` does. */
export const hasString = (code: Code, text: string): number[] => find(code, [string(text)]);
