import { type Files, noSuggestions, type RuntimeGuess } from './guess.ts';
import { judgeNode } from './node.ts';
import { judgePhp } from './php.ts';
import { judgePython } from './python.ts';
import { judgeStatic } from './static.ts';

/**
 * Judges a tree, PHP first: its apps and those of Python often bring a package.json for their pages alone. Python counts before Node.js where the
 * application was found, and after it where only packages were: many a tree has some for its tools.
 */
export async function judgeFiles(files: Files): Promise<RuntimeGuess> {
  const php = await judgePhp(files);
  if (php !== null) return php;
  const python = await judgePython(files);
  if (python !== null && python.suggestions.startCommand !== null) return python;
  return (
    (await judgeNode(files)) ??
    python ??
    judgeStatic(files) ?? { runtime: null, evidence: [], suggestions: noSuggestions }
  );
}
