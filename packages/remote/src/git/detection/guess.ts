import type { RepositoryFiles } from '../repository-files.ts';

/** What can be read from a tree; `node`'s and `python`'s apps have a start command, `docker`'s a file that makes an image, the others a folder to serve. */
export type DetectedRuntime = 'node' | 'php' | 'python' | 'static' | 'docker';

/** What the files of a tree suggest; `documentRoot` is relative to the tree. */
export interface Suggestions {
  installCommand: string | null;
  buildCommand: string | null;
  startCommand: string | null;
  documentRoot: string | null;
  /** `22` or `22.12`, or at least that: `>=3.11`; null: none is asked for. */
  runtimeVersion: string | null;
  /** Of `docker`; null: `Dockerfile`. */
  containerFile: string | null;
  containerService: string | null;
  containerPort: number | null;
  healthPath: string | null;
  /** The folder of the repository that is the app; null: all of it. */
  rootDirectory: string | null;
}

/** Where a value came from. */
export interface Evidence {
  field: 'runtime' | keyof Suggestions;
  file: string;
  /** From 1 on; null: the file as such, by its name. */
  line: number | null;
  says: string;
}

/** A guess at an app's runtime and commands, with where each was read. */
export interface RuntimeGuess {
  /** null: nothing was recognised, a person has to say. */
  runtime: DetectedRuntime | null;
  evidence: Evidence[];
  suggestions: Suggestions;
  /** What the same files suggest of another runtime; null: nothing. */
  alternative?: { runtime: DetectedRuntime; suggestions: Suggestions } | null;
}

/** Where the tree is one folder of a repository. */
export interface Place {
  folder: string;
  /** All of the repository. */
  root: Files;
  /** Somebody has said that the folder alone is the app: nothing outside of it can be used. */
  isFixed: boolean;
}

/** What a judge may look at. */
export type Files = Pick<RepositoryFiles, 'paths' | 'read'>;

export const noSuggestions: Suggestions = {
  installCommand: null,
  buildCommand: null,
  startCommand: null,
  documentRoot: null,
  runtimeVersion: null,
  containerFile: null,
  containerService: null,
  containerPort: null,
  healthPath: null,
  rootDirectory: null,
};

/** A guess at one folder's tree, as it is named in the repository. */
export function placed(guess: RuntimeGuess, folder: string): RuntimeGuess {
  return {
    ...guess,
    evidence: guess.evidence.map((each) => ({ ...each, file: `${folder}/${each.file}` })),
    suggestions: { ...guess.suggestions, rootDirectory: folder },
  };
}

/** The line of a place in a text, from 1 on. */
export const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** The line where a pattern first matches after `from`; null where it does not. */
export function lineOf(text: string, pattern: RegExp, from = 0): number | null {
  const index = text.slice(from).search(pattern);
  return index === -1 ? null : lineAt(text, from + index);
}

/** The folder of a path: `public` of `public/index.php`, `.` of `index.php`. */
export const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '.') : '.');

/** A JSON object and the text it was read from; null where there is none. */
export interface Manifest {
  text: string;
  value: Record<string, unknown>;
}

export async function readManifest(files: Files, path: string): Promise<Manifest | null> {
  const text = files.paths.has(path) ? await files.read(path) : null;
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { text, value: value as Record<string, unknown> } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
