import type { DetectionEvidence, RepositoryInspection, SourceInspection } from '../context.ts';
import { declarationFile, parseDeclaration } from './parse.ts';

/** Puts what `fairlead.yml` says in the place of what the files suggest, with its lines as evidence. Throws as {@link parseDeclaration}. */
export function declare({ declaration, ...found }: SourceInspection): RepositoryInspection {
  const suggestions = { rootDirectory: null, healthPath: null, port: null, ...found.suggestions };
  if (declaration === null) return { ...found, suggestions };
  const { values, lines } = parseDeclaration(declaration);
  // Processes are read at each deployment: they are no settings of the app's.
  const { runtime = found.runtime, workers: _, cron: __, commands: ___, ...said } = values;
  const settings = [...lines].filter(([field]) => field === 'runtime' || Object.hasOwn(said, field));
  const evidence = settings.map(([field, line]): DetectionEvidence => {
    return { field: field as DetectionEvidence['field'], file: declarationFile, line, says: 'says so' };
  });
  return {
    ...found,
    runtime,
    suggestions: { ...suggestions, ...said },
    evidence: [...evidence, ...found.evidence.filter(({ field }) => !lines.has(field))],
  };
}
