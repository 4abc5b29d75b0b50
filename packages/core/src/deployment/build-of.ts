import type { Release } from '@fairlead/db';

/** Under which id a release's build lies on its server: another release's, where that one had built the same. */
export function buildOf({ id, buildId }: Pick<Release, 'id' | 'buildId'>): string {
  return buildId ?? id;
}
