import type { Evidence, Files, Place, RuntimeGuess, Suggestions } from './guess.ts';
import { readManifest } from './guess.ts';
import { installOf, type Lock, lockFiles, lockOf } from './node.ts';
import { nodeVersion } from './version.ts';
import { isMember, readWorkspace } from './workspace.ts';

/**
 * An app of Node.js that is one package of a workspace: its packages are installed by the root's lock file, so all of the repository is the release and the
 * commands name the package. null where it is none, or has a lock file of its own.
 */
export async function inWorkspace(
  guess: RuntimeGuess,
  files: Files,
  { folder, root, isFixed }: Place,
): Promise<RuntimeGuess | null> {
  if (guess.suggestions.installCommand === null || !files.paths.has('package.json')) return null;
  if (lockFiles.some(({ file }) => files.paths.has(file))) return null;
  const lock = lockOf(root);
  const workspace = await readWorkspace(root);
  if (lock === undefined || workspace === null || !isMember(workspace, folder)) return null;
  const { file, line } = workspace;
  if (isFixed) {
    const says = `${folder} belongs to this workspace, whose lock file is not within the folder`;
    return { ...guess, evidence: [...guess.evidence, { field: 'installCommand', file, line, says }] };
  }
  const asked = guess.suggestions.runtimeVersion === null ? await nodeVersion(root) : null;
  const builder = await builderOf(root);
  const says = `${folder} belongs to this workspace: all of it is taken, and the commands name the folder`;
  const own: Evidence[] = [
    { field: 'rootDirectory', file, line, says },
    {
      field: 'installCommand',
      file: lock.file,
      line: null,
      says: `locked by ${lock.tool} for all of the workspace`,
    },
    ...(builder && guess.suggestions.buildCommand !== null
      ? [
          {
            field: 'buildCommand' as const,
            file: builder,
            line: null,
            says: 'builds what the package needs first',
          },
        ]
      : []),
    ...(asked?.evidence ?? []),
  ];
  return {
    ...guess,
    evidence: [...guess.evidence.filter(({ field }) => field !== 'installCommand'), ...own],
    suggestions: {
      ...(await commandsOf(guess.suggestions, files, folder, lock, builder !== null)),
      installCommand: await installOf(root, lock),
      runtimeVersion: guess.suggestions.runtimeVersion ?? asked?.version ?? null,
      rootDirectory: null,
    },
  };
}

/** Turborepo's file, where the root installs it. */
async function builderOf(root: Files): Promise<string | null> {
  if (!root.paths.has('turbo.json')) return null;
  const { value = {} } = (await readManifest(root, 'package.json')) ?? {};
  const has = (list: unknown) => typeof list === 'object' && list !== null && Object.hasOwn(list, 'turbo');
  return has(value.devDependencies) || has(value.dependencies) ? 'turbo.json' : null;
}

async function commandsOf(
  suggestions: Suggestions,
  files: Files,
  folder: string,
  { tool }: Lock,
  hasTurbo: boolean,
): Promise<Suggestions> {
  const name = (await readManifest(files, 'package.json'))?.value.name;
  const named =
    typeof name === 'string' && /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)
      ? name
      : null;
  const run = (script: string) => {
    if (tool === 'npm') return `npm run ${script} --workspace=${folder}`;
    if (tool === 'pnpm') return `pnpm --dir ${folder} run ${script}`;
    return named === null ? `yarn --cwd ${folder} run ${script}` : `yarn workspace ${named} run ${script}`;
  };
  const exec = { npm: 'npx', pnpm: 'pnpm exec', yarn: 'yarn run' }[tool];
  const build = () => {
    if (hasTurbo && named !== null) return `${exec} turbo run build --filter=${named}`;
    return tool === 'pnpm' && named !== null ? `pnpm --filter ${named}... run build` : run('build');
  };
  const { buildCommand, startCommand, documentRoot } = suggestions;
  return {
    ...suggestions,
    buildCommand: buildCommand === null ? null : build(),
    startCommand: startCommand?.endsWith('run start')
      ? run('start')
      : startCommand && `cd ${folder} && ${startCommand}`,
    documentRoot: documentRoot && (documentRoot === '.' ? folder : `${folder}/${documentRoot}`),
  };
}
