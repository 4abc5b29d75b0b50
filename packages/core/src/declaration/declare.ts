import { misfitsOfRuntime } from '../app/misfits.ts';
import type { DetectionEvidence, RepositoryInspection, SourceInspection, Suggestions } from '../context.ts';
import { invalidInput } from '../input.ts';
import { parseDeclaration } from './parse.ts';

/** Puts what `fairlead.yml` says in the place of what the files suggest, with its lines as evidence. Throws as {@link parseDeclaration}. */
export function declare({ declaration, ...found }: SourceInspection): RepositoryInspection {
  if (declaration === null) return { ...found, suggestions: { port: null, ...found.suggestions } };
  const { file } = declaration;
  const { values, lines } = parseDeclaration(declaration.text, file);
  // Processes are read at each deployment: they are no settings of the app's.
  const { runtime = found.runtime, workers: _, cron: __, commands: ___, ...said } = values;
  checkFolder(file, said.rootDirectory, lines.get('rootDirectory'));
  const settings = [...lines].filter(([field]) => field === 'runtime' || Object.hasOwn(said, field));
  const evidence = settings.map(([field, line]): DetectionEvidence => {
    return { field: field as DetectionEvidence['field'], file, line, says: 'says so' };
  });
  const suggested = { ...found.suggestions, ...ofRuntime(found, runtime) };
  const isSuggested = ({ field }: DetectionEvidence) =>
    field === 'runtime' || field === 'port' || runtime === found.runtime || suggested[field] !== null;
  return {
    ...found,
    runtime,
    alternative: runtime === found.runtime ? found.alternative : null,
    suggestions: { port: null, ...suggested, ...said },
    evidence: [...evidence, ...found.evidence.filter((each) => !lines.has(each.field) && isSuggested(each))],
  };
}

/** What is suggested of the runtime that the file names, where that is not the one that was found. */
function ofRuntime(
  { runtime, suggestions, alternative }: Omit<SourceInspection, 'declaration'>,
  said: string,
): Suggestions {
  const own = said === alternative?.runtime ? alternative.suggestions : suggestions;
  if (said === runtime) return own;
  const misfits = misfitsOfRuntime({ ...own, runtime: said }).map(({ path }) => [path, null]);
  return { ...own, ...Object.fromEntries(misfits) };
}

/** A folder's own file speaks of that folder alone. */
function checkFolder(file: string, said: string | null | undefined, line: number | undefined): void {
  const folder = file.split('/').slice(0, -1).join('/');
  if (folder === '' || said === undefined || said === folder) return;
  const message = `${file}, line ${line}, rootDirectory: The file speaks of ${folder}, where it lies: leave this key out.`;
  throw invalidInput([{ path: 'rootDirectory', message }]);
}
