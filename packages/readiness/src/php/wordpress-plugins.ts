import { type Evidence, inFile } from '../finding.ts';
import { at, readJson } from '../repository.ts';
import type { Scan } from '../scan.ts';

/** Where one of some plugins is: in the tree, or among what Composer installs. */
export function hasPlugin(scan: Scan, names: readonly string[]): Evidence | null {
  for (const path of scan.repository.paths) {
    const name = /(?:^|\/)(?:mu-)?plugins\/([^/]+)\//.exec(path)?.[1];
    if (name !== undefined && names.includes(name)) return inFile(path, null, `the plugin ${name}`);
  }
  const required = at(readJson(scan.repository, 'composer.json'), 'require');
  if (typeof required !== 'object' || required === null) return null;
  const found = Object.keys(required).find((name) => names.includes(name.split('/')[1] ?? ''));
  return found === undefined ? null : inFile('composer.json', null, `requires ${found}`);
}
