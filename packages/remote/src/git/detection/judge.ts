import { judgeDocker } from './docker.ts';
import { type Files, noSuggestions, type Place, placed, type RuntimeGuess } from './guess.ts';
import { judgeNode } from './node.ts';
import { inWorkspace } from './node-workspace.ts';
import { judgePhp } from './php.ts';
import { judgePython } from './python.ts';
import { judgeStatic } from './static.ts';

/**
 * Judges a tree. A Dockerfile that says how the app is served counts before everything else: whoever keeps one means it. One for development, and a compose
 * file, count where nothing else says how the app starts; beside that they are evidence, and an alternative.
 * @param place where the tree is one folder of a repository: evidence names paths from the repository's root.
 */
export async function judgeFiles(files: Files, place: Place | null = null): Promise<RuntimeGuess> {
  const image = await judgeDocker(files, place);
  const found = await judgeCode(files);
  const code = found && place ? await placedCode(found, files, place) : found;
  if (image === null) return code ?? { runtime: null, evidence: [], suggestions: noSuggestions };
  if (code === null) return image.guess;
  return image.counts || !isComplete(code) ? joined(image.guess, code) : joined(code, image.guess);
}

/** In its folder, or as a package of the workspace that it belongs to. */
async function placedCode(guess: RuntimeGuess, files: Files, place: Place): Promise<RuntimeGuess> {
  const inFolder = placed(guess, place.folder);
  return (await inWorkspace(inFolder, files, place)) ?? inFolder;
}

/** Whether it is known how an app is served. */
const isComplete = ({ runtime, suggestions }: RuntimeGuess) =>
  suggestions.startCommand !== null || (runtime !== 'node' && runtime !== 'python');

/** What counts, with the other one as evidence and as an alternative. */
function joined(guess: RuntimeGuess, { runtime, evidence, suggestions }: RuntimeGuess): RuntimeGuess {
  const others = evidence
    .filter(({ field }) => field === 'runtime')
    .map((each) => ({ ...each, says: `the alternative: ${each.says}` }));
  return {
    ...guess,
    evidence: [...guess.evidence, ...others],
    alternative: runtime === null ? null : { runtime, suggestions },
  };
}

/**
 * By its code, PHP first: its apps and those of Python often bring a package.json for their pages alone. Python counts before Node.js where the
 * application was found, and after it where only packages were: many a tree has some for its tools.
 */
async function judgeCode(files: Files): Promise<RuntimeGuess | null> {
  const php = await judgePhp(files);
  if (php !== null) return php;
  const python = await judgePython(files);
  if (python !== null && python.suggestions.startCommand !== null) return python;
  return (await judgeNode(files)) ?? python ?? judgeStatic(files);
}
