import { type Detection, detectRuntime } from './detect-runtime.ts';
import type { DetectedRuntime, Evidence, RuntimeGuess, Suggestions } from './detection/guess.ts';
import type { GitOptions } from './git-command.ts';
import { listRemote } from './list-remote.ts';
import { type RepositoryTree, readTree, type TreeRequest } from './read-tree.ts';
import { repositoryHostKey } from './repository-host-key.ts';
import type { RepositoryKey } from './repository-key.ts';
import { TreeMemory } from './tree-memory.ts';

/** What a repository says of itself. `runtime` is `static` with no evidence when nothing was recognised. */
export interface RepositoryInspection {
  branches: string[];
  commit: string;
  runtime: DetectedRuntime;
  /** Where each value was read. */
  evidence: Evidence[];
  suggestions: Suggestions & { branch: string };
  /** What the same files suggest of another runtime. */
  alternative: NonNullable<RuntimeGuess['alternative']> | null;
  /** Folders that look like apps of their own, where the root is a place for several. */
  folders: Detection['folders'];
  /** The `fairlead.yml` that speaks of the app; null where none does. */
  declaration: Detection['declaration'];
}

/** What core asks of repositories (`RepositorySource`): `inspect` answers branches, head and runtime in one question. Throws as {@link listRemote} and {@link detectRuntime}. */
export function createRepositorySource(options: GitOptions = {}) {
  const trees = new TreeMemory();
  return {
    /** The head of a branch, as {@link readTree}; one that was read before is not fetched again. */
    async readTree(request: TreeRequest & { key: RepositoryKey | null }): Promise<RepositoryTree> {
      const { key, ...wanted } = request;
      const asked = { repositoryUrl: request.repositoryUrl, branch: request.branch };
      const { commit } = await listRemote(asked, { ...options, key, timeoutMs: 15_000 });
      return trees.get(request, commit, () => readTree(wanted, { ...options, key }));
    },
    async headOf(request: {
      repositoryUrl: string;
      branch: string;
      key: RepositoryKey | null;
    }): Promise<string> {
      const { key, ...asked } = request;
      return (await listRemote(asked, { ...options, key })).commit;
    },
    hostKeyOf: (repositoryUrl: string) => repositoryHostKey(repositoryUrl, options),
    async inspect(request: {
      repositoryUrl: string;
      branch?: string | undefined;
      folder?: string | null;
      folderSaid?: (declaration: string) => string | null;
    }): Promise<RepositoryInspection> {
      const { repositoryUrl, folder = null, folderSaid = () => null } = request;
      const { branches, branch, commit } = await listRemote(request, options);
      const guess = await detectRuntime({ repositoryUrl, branch, folder, folderSaid }, options);
      return {
        branches,
        commit,
        runtime: guess.runtime ?? 'static',
        evidence: guess.evidence,
        alternative: guess.alternative ?? null,
        folders: guess.folders,
        declaration: guess.declaration,
        suggestions: { branch, ...guess.suggestions },
      };
    },
  };
}
