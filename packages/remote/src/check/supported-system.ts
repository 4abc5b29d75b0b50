/** What `/etc/os-release` says of a machine. */
export interface SystemRelease {
  id: string;
  versionId: string;
  prettyName: string;
}

/** `supported`: tested; `untested`: the same family, may work; `unsupported`: cannot work. */
export type SystemSupport = 'supported' | 'untested' | 'unsupported';

const tested: ReadonlyMap<string, readonly string[]> = new Map([
  ['debian', ['12', '13']],
  ['ubuntu', ['22.04', '24.04']],
]);

/** Names of the systems that Fairlead is tested on, for people. */
export const supportedSystems = 'Debian 12 or 13, Ubuntu 22.04 or 24.04';

/** Reads the fields of an os-release file (freedesktop.org os-release(5)); what is missing is empty. */
export function parseSystemRelease(text: string): SystemRelease {
  const field = (name: string) => {
    const raw = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
    return raw
      .replace(/^(['"])(.*)\1$/, '$2')
      .replace(/[^\x20-\x7e]/g, '')
      .slice(0, 100);
  };
  return { id: field('ID'), versionId: field('VERSION_ID'), prettyName: field('PRETTY_NAME') };
}

/** Whether Fairlead can prepare such a machine. Debian testing has no version and counts as untested. */
export function supportOf(release: SystemRelease): SystemSupport {
  const versions = tested.get(release.id);
  if (!versions) return 'unsupported';
  if (versions.includes(release.versionId)) return 'supported';
  const oldest = Number.parseFloat(versions[0] ?? '0');
  return release.versionId === '' || Number.parseFloat(release.versionId) >= oldest
    ? 'untested'
    : 'unsupported';
}
