import type { App, RepositoryInspection } from '@fairlead/api/types';
import { hasProcess, isComposeFile } from '@fairlead/core/runtimes';
import { type EnvironmentEntry, parseEnvironment } from '../../../../parts/environment-text.ts';

/** What a person has filled in so far; every field is text or a choice, as it stands in the form. */
export interface AppDraft {
  name: string;
  repositoryUrl: string;
  branch: string;
  runtime: App['runtime'];
  installCommand: string;
  buildCommand: string;
  startCommand: string;
  documentRoot: string;
  runtimeVersion: string;
  /** Where *Read repository* looks. */
  folder: string;
  /** What of the repository is the app: the folder or, of a package of a workspace, all of it. */
  rootDirectory: string;
  containerFile: string;
  containerService: string;
  containerPort: string;
  primaryServerId: string;
  databaseEngine: App['database']['engine'];
  environment: string;
  domains: string;
  healthPath: string;
  port: string;
}

export const emptyDraft: AppDraft = {
  name: '',
  repositoryUrl: '',
  branch: '',
  runtime: 'node',
  installCommand: '',
  buildCommand: '',
  startCommand: '',
  documentRoot: '',
  runtimeVersion: '',
  folder: '',
  rootDirectory: '',
  containerFile: '',
  containerService: '',
  containerPort: '',
  primaryServerId: '',
  databaseEngine: 'none',
  environment: '',
  domains: '',
  healthPath: '/',
  port: '',
};

/** `storefront` of `https://git.example.com/shop/storefront.git`. */
export function nameOf(repositoryUrl: string): string {
  const last = repositoryUrl.replace(/\/+$/, '').split(/[/:]/).at(-1) ?? '';
  return last.replace(/\.git$/, '');
}

/** What the repository says fills what the person has left open. */
export function withInspection(draft: AppDraft, found: RepositoryInspection): AppDraft {
  const { suggestions } = found;
  return {
    ...draft,
    name: draft.name || nameOf(draft.repositoryUrl),
    branch: suggestions.branch,
    runtime: found.runtime,
    ...valuesOf(suggestions),
    healthPath: suggestions.healthPath ?? draft.healthPath,
    port: suggestions.port === null ? draft.port : String(suggestions.port),
  };
}

/** Another runtime, with what the repository says of that one. */
export function withRuntime(
  draft: AppDraft,
  runtime: App['runtime'],
  found: RepositoryInspection | null,
): AppDraft {
  const known = [found, found?.alternative ?? null].find((each) => each?.runtime === runtime);
  return { ...draft, runtime, ...(known ? valuesOf(known.suggestions) : {}) };
}

type Suggestions = NonNullable<RepositoryInspection['alternative']>['suggestions'];

function valuesOf(suggestions: Suggestions) {
  return {
    installCommand: suggestions.installCommand ?? '',
    buildCommand: suggestions.buildCommand ?? '',
    startCommand: suggestions.startCommand ?? '',
    documentRoot: suggestions.documentRoot ?? '',
    runtimeVersion: suggestions.runtimeVersion ?? '',
    rootDirectory: suggestions.rootDirectory ?? '',
    containerFile: suggestions.containerFile ?? '',
    containerService: suggestions.containerService ?? '',
    containerPort: suggestions.containerPort === null ? '' : String(suggestions.containerPort),
  };
}

const orNull = (text: string) => text.trim() || null;

/** Body of `POST /apps`. */
export function createBody(draft: AppDraft) {
  return {
    name: draft.name.trim(),
    repositoryUrl: draft.repositoryUrl.trim(),
    branch: draft.branch.trim() || undefined,
    runtime: draft.runtime,
    startCommand: hasProcess(draft.runtime) ? orNull(draft.startCommand) : null,
    ...(draft.runtime === 'docker' ? containerBody(draft) : codeBody(draft)),
    rootDirectory: orNull(draft.rootDirectory),
    port: draft.port.trim() === '' ? undefined : Number(draft.port),
    domains: draft.domains.split(/[\s,]+/).filter(Boolean),
    healthPath: draft.healthPath.trim() || '/',
    primaryServerId: draft.primaryServerId,
    databaseEngine: draft.databaseEngine,
  };
}

function containerBody(draft: AppDraft) {
  return {
    containerFile: orNull(draft.containerFile),
    containerService: isComposeFile(draft.containerFile) ? orNull(draft.containerService) : null,
    containerPort: draft.containerPort.trim() === '' ? null : Number(draft.containerPort),
  };
}

function codeBody(draft: AppDraft) {
  return {
    installCommand: orNull(draft.installCommand),
    buildCommand: orNull(draft.buildCommand),
    documentRoot: hasProcess(draft.runtime) ? null : orNull(draft.documentRoot),
    runtimeVersion: draft.runtime === 'php' ? null : orNull(draft.runtimeVersion),
  };
}

/** Body of `PUT /apps/{id}/environment`, or null where there is nothing to set. */
export function environmentBody(draft: AppDraft): { set: Record<string, string>; unset: string[] } | null {
  const { entries } = parseEnvironment(draft.environment);
  if (entries.length === 0) return null;
  return {
    set: Object.fromEntries(entries.map((entry: EnvironmentEntry) => [entry.key, entry.value])),
    unset: [],
  };
}
