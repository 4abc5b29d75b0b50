import { AppError } from '@fairlead/errors';
import { type AppFolder, findFolders, isForSeveral } from './detection/folders.ts';
import { noSuggestions, type RuntimeGuess } from './detection/guess.ts';
import { judgeFiles } from './detection/judge.ts';
import { readWorkspace } from './detection/workspace.ts';
import { type GitOptions, GitSession } from './git-command.ts';
import { followingGitSuffix } from './list-remote.ts';
import { checkBranchName } from './repository-address.ts';
import { openFiles, type RepositoryFiles } from './repository-files.ts';

export interface DetectionRequest {
  repositoryUrl: string;
  commit?: string;
  branch?: string;
  /** The folder to look in, `/` between folders; left out: the one that the root's `fairlead.yml` names, else all. */
  folder?: string | null;
  /** Reads in the text of a `fairlead.yml` which folder it says the app is; null: all of the repository. */
  folderSaid?: (declaration: string) => string | null;
  signal?: AbortSignal;
}

/** What was found, and where it was looked for. */
export interface Detection extends RuntimeGuess {
  commit: string;
  /** The `fairlead.yml` that speaks of the app; null where none does. */
  declaration: { file: string; text: string } | null;
  /** Folders that look like apps, where the root is a place for several. */
  folders: AppFolder[];
}

const declarationFile = 'fairlead.yml';
/** What a server that can't leave contents out may send. */
const maxDiskBytes = 1 << 30;

/**
 * What kind of app a repository or one folder of it holds, judged from a few files of one commit (or of a branch's head); nothing of it is run.
 * Throws `repository-unreachable`, `branch-not-found`, `commit-not-found`, `invalid-input`, `cancelled`, and what `folderSaid` throws.
 */
export async function detectRuntime(request: DetectionRequest, options: GitOptions = {}): Promise<Detection> {
  const revision = revisionOf(request);
  return await followingGitSuffix(request.repositoryUrl, (url) =>
    GitSession.with(url, { maxDiskBytes, ...options }, request.signal, async (git) => {
      const files = await openFiles(git, revision);
      return { ...(await detectIn(files, request)), commit: files.commit };
    }),
  );
}

/** The same of a commit's files. */
export async function detectIn(
  files: RepositoryFiles,
  request: Pick<DetectionRequest, 'folder' | 'folderSaid'>,
): Promise<Omit<Detection, 'commit'>> {
  const { folder, isFixed, declaration } = await wantedFolder(files, request);
  const found = folder === null ? await judgeRoot(files) : await judgeFolder(files, folder, isFixed);
  return { ...found, declaration };
}

type Found = RuntimeGuess & Pick<Detection, 'folders'>;

async function judgeRoot(files: RepositoryFiles): Promise<Found> {
  const guess = await judgeFiles(files);
  const isSeveral = await isForSeveral(files, guess);
  // A compose file in the root makes images of folders.
  const isCompose = /\.ya?ml$/.test(guess.suggestions.containerFile ?? '');
  const looks = isSeveral || isCompose || (await readWorkspace(files)) !== null;
  const folders = looks ? await findFolders(files) : [];
  if (!isSeveral || folders.length === 0) return { ...guess, folders };
  return { runtime: null, evidence: [], suggestions: noSuggestions, alternative: null, folders };
}

async function judgeFolder(root: RepositoryFiles, folder: string, isFixed: boolean): Promise<Found> {
  const files = await root.within(folder);
  if (files === null) throw noFolder(folder);
  return { ...(await judgeFiles(files, { folder, root, isFixed })), folders: [] };
}

interface Wanted {
  folder: string | null;
  /** A `fairlead.yml` says that the folder is the app, so its commands are those of the folder. */
  isFixed: boolean;
  declaration: Detection['declaration'];
}

/** Of a folder its own `fairlead.yml` speaks, else the root's where it names that folder. */
async function wantedFolder(
  root: RepositoryFiles,
  { folder = null, folderSaid = () => null }: Pick<DetectionRequest, 'folder' | 'folderSaid'>,
): Promise<Wanted> {
  if (folder !== null) checkFolder(folder);
  const own = folder === null ? null : await readDeclaration(root, `${folder}/${declarationFile}`);
  if (own !== null) return { folder, isFixed: true, declaration: own };
  const declaration = await readDeclaration(root, declarationFile);
  const said = declaration === null ? null : folderSaid(declaration.text);
  if (folder === null) return { folder: said, isFixed: said !== null, declaration };
  return said === folder
    ? { folder, isFixed: true, declaration }
    : { folder, isFixed: false, declaration: null };
}

async function readDeclaration(
  { paths, read }: RepositoryFiles,
  file: string,
): Promise<Detection['declaration']> {
  if (!paths.has(file)) return null;
  const text = await read(file);
  if (text === null) throw new AppError('invalid-input', `${file} is too long to be read.`);
  return { file, text };
}

function checkFolder(folder: string): void {
  if (/^(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*(?:\/(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/.test(folder)) return;
  throw new AppError('invalid-input', 'A folder is given by its path in the repository, e.g. apps/web.');
}

function noFolder(folder: string): AppError {
  const message = `The commit has no folder ${folder}.`;
  return new AppError('invalid-input', message, {
    hint: 'Give its path from the repository’s root, as it is written there.',
    details: { errors: [{ path: 'rootDirectory', message }] },
  });
}

function revisionOf({ commit, branch }: { commit?: string; branch?: string }): string {
  if (commit !== undefined) {
    if (/^[0-9a-f]{40}$/.test(commit)) return commit;
    throw new AppError('invalid-input', 'A commit is given by its 40 hexadecimal digits.');
  }
  if (branch === undefined) return 'HEAD';
  checkBranchName(branch);
  return `refs/heads/${branch}`;
}
