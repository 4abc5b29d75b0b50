import type { Scan } from '../scan.ts';
import type { Code } from '../source/code.ts';
import { find, string } from '../source/find.ts';

/** Settings that are not meant for a server that people use. */
const notServed =
  /(?:^|\/)(?:settings[_/.-]?)?(?:dev|development|local|test|tests|testing|ci|docker|example|sample)(?:[_.-]?settings)?\.py$/;
const isSettings =
  /(?:^|\/)settings(?:[._-][^/]*)?\.py$|(?:^|\/)settings\/[^/]+\.py$|(?:^|\/)[^/]*_settings\.py$/;

/** The settings' files, the one that is used last: it has the last word. `DJANGO_SETTINGS_MODULE` says which, else wsgi.py, asgi.py or manage.py. */
export function djangoSettings(scan: Scan): Code[] {
  const all = scan.repository
    .codes(/\.py$/)
    .filter((code) => isSettings.test(code.path) || find(code, ['INSTALLED_APPS', '=']).length > 0);
  const served = all.filter(({ path }) => !notServed.test(path));
  const module = scan.variables('DJANGO_SETTINGS_MODULE')?.value ?? moduleByDefault(scan);
  const main =
    module === null
      ? undefined
      : all.find(
          ({ path }) =>
            path.endsWith(`${module.replaceAll('.', '/')}.py`) ||
            path.endsWith(`${module.replaceAll('.', '/')}/__init__.py`),
        );
  if (main === undefined) return sorted(served);
  return [...sorted(bases(all, main, new Set([main]))), main];
}

const sorted = (codes: readonly Code[]) => [...codes].sort((a, b) => rank(a) - rank(b));
const rank = ({ path }: Code) =>
  /(?:base|common|defaults?)\.py$/.test(path) ? 0 : /prod/.test(path) ? 2 : 1;

function moduleByDefault(scan: Scan): string | null {
  for (const name of ['wsgi.py', 'asgi.py', 'manage.py']) {
    for (const code of scan.repository.codes(new RegExp(`(?:^|/)${name.replace('.', '\\.')}$`))) {
      const [at] = find(code, [string('DJANGO_SETTINGS_MODULE'), ',', string()]);
      if (at !== undefined) return code.tokens[at + 2]?.text ?? null;
    }
  }
  return null;
}

/** What `from .base import *` brings in, and what that brings in. */
function bases(all: readonly Code[], code: Code, known: Set<Code>): Code[] {
  return find(code, ['import', '*']).flatMap((at) => {
    const name = code.tokens[at - 1]?.text ?? '';
    const found = all.find(
      (other) => !known.has(other) && (other.path.endsWith(`/${name}.py`) || other.path === `${name}.py`),
    );
    if (found === undefined) return [];
    known.add(found);
    return [...bases(all, found, known), found];
  });
}
