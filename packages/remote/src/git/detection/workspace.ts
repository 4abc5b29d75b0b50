import { type Files, lineAt, lineOf, type Manifest, readManifest } from './guess.ts';

/** Packages of one repository that share a lock file. */
export interface Workspace {
  /** Where its packages are named. */
  file: string;
  line: number | null;
  /** `apps/*`; one with `!` leaves out. */
  patterns: string[];
}

const most = 100;

/** Reads `pnpm-workspace.yaml`, else `workspaces` of package.json; null where the root names no packages. */
export async function readWorkspace(files: Files): Promise<Workspace | null> {
  const yaml = files.paths.has('pnpm-workspace.yaml') ? await files.read('pnpm-workspace.yaml') : null;
  if (yaml !== null) {
    const at = yaml.search(/^packages\s*:/m);
    const block =
      at === -1
        ? ''
        : (/^packages\s*:.*\n(?:[ \t]*(?:-|#).*\n|[ \t]*\n)*/.exec(`${yaml.slice(at)}\n`)?.[0] ?? '');
    const patterns = [...block.matchAll(/^[ \t]*-[ \t]*["']?([^"'\s#]+)/gm)].map(([, text]) => text ?? '');
    if (patterns.length > 0)
      return { file: 'pnpm-workspace.yaml', line: lineAt(yaml, at), patterns: patterns.slice(0, most) };
  }
  const manifest = await readManifest(files, 'package.json');
  const patterns = manifest === null ? [] : patternsOf(manifest);
  if (manifest === null || patterns.length === 0) return null;
  return { file: 'package.json', line: lineOf(manifest.text, /"workspaces"\s*:/), patterns };
}

function patternsOf({ value: { workspaces } }: Manifest): string[] {
  const list =
    typeof workspaces === 'object' && workspaces !== null && 'packages' in workspaces
      ? workspaces.packages
      : workspaces;
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string').slice(0, most) : [];
}

/** Whether a folder is one of a workspace's packages. */
export function isMember({ patterns }: Workspace, folder: string): boolean {
  const matches = (pattern: string) => expressionOf(pattern)?.test(folder) ?? false;
  const [out, into] = [
    patterns.filter((each) => each.startsWith('!')),
    patterns.filter((each) => !each.startsWith('!')),
  ];
  return into.some(matches) && !out.some((pattern) => matches(pattern.slice(1)));
}

/** `*` within a folder's name, `**` over several; null for what has too many of them to be tried. */
function expressionOf(pattern: string): RegExp | null {
  const text = pattern.replace(/^\.\//, '').replace(/\/+$/, '');
  if (text.length > 200 || (text.match(/\*+/g)?.length ?? 0) > 3) return null;
  const escaped = text.replace(/[\\^$.+?()[\]{}|]/g, '\\$&');
  const parts = escaped.split(/(\*\*\/?|\*)/).map((part) => {
    if (part === '*') return '[^/]*';
    return part.startsWith('**') ? '(?:.*/)?[^/]*' : part;
  });
  return new RegExp(`^${parts.join('')}$`);
}
