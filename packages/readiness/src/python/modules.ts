import { type Evidence, inFile } from '../finding.ts';
import type { Scan } from '../scan.ts';
import { type Code, isMark } from '../source/code.ts';
import { find, oneOf } from '../source/find.ts';

/** Packages that the app asks for: requirements files, pyproject.toml, Pipfile; in lower case, `_` as `-`. */
export function packages(scan: Scan): Set<string> {
  const found = new Set<string>();
  for (const [path, text] of scan.repository.texts) {
    if (/(?:^|\/)requirements[^/]*\.txt$|(?:^|\/)requirements\/[^/]+\.txt$/.test(path)) {
      for (const line of text.split('\n')) addName(found, line.trimStart());
    } else if (/^(?:pyproject\.toml|Pipfile)$/.test(path)) {
      const code = scan.repository.code(path);
      code?.tokens.forEach((token, at) => {
        if (token.kind === 'string') addName(found, token.text);
        else if (token.kind === 'word' && isMark(code, at + 1, '=')) addName(found, token.text);
      });
    }
  }
  return found;
}

function addName(found: Set<string>, text: string): void {
  const name = /^[A-Za-z][A-Za-z0-9._-]{0,80}/.exec(text)?.[0];
  if (name !== undefined) found.add(name.toLowerCase().replaceAll('_', '-'));
}

/** Where one of some modules is imported: `import x`, `import x.y`, `from x import y`, `from x.y import z`. */
export function imports(
  codes: readonly Code[],
  modules: readonly string[],
  text: (name: string) => string,
): Evidence[] {
  return codes.flatMap((code) =>
    find(code, [oneOf('import', 'from'), oneOf(...modules)]).flatMap((at) => {
      const line = code.tokens[at]?.line ?? 1;
      // `from .x import y` is the app's own; `from x import y` has nothing before `x`.
      return isMark(code, at - 1, '.')
        ? []
        : [inFile(code.path, line, text(code.tokens[at + 1]?.text ?? ''))];
    }),
  );
}
