export { detectRuntime } from './detect-runtime.ts';
export type { RuntimeGuess } from './detection/guess.ts';
export type { GitOptions } from './git-command.ts';
export type { GitFailureReason } from './git-failure.ts';
export { listRemote, type RemoteHeads } from './list-remote.ts';
export { readTag } from './read-tag.ts';
export { type RepositoryTree, readTree, type TreeRequest } from './read-tree.ts';
export type { RepositoryKey } from './repository-key.ts';
export { createRepositorySource, type RepositoryInspection } from './repository-source.ts';
