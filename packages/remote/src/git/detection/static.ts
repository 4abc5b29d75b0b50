import { type Files, folderOf, noSuggestions, type RuntimeGuess } from './guess.ts';

/** Pages to serve as they are: an index.html. */
export function judgeStatic(files: Files): RuntimeGuess | null {
  const entry = ['index.html', 'public/index.html', 'dist/index.html', 'web/index.html'].find((path) =>
    files.paths.has(path),
  );
  if (!entry) return null;
  const page = { file: entry, line: null, says: 'a page to serve as it is' };
  return {
    runtime: 'static',
    evidence: [
      { field: 'runtime', ...page },
      { field: 'documentRoot', ...page },
    ],
    suggestions: { ...noSuggestions, documentRoot: folderOf(entry) },
  };
}
