import { isIP } from 'node:net';

/**
 * Whether one of a certificate's names stands for `name`: itself, or a wildcard for one label in its place. Never for an address: who asks for one says no
 * name in the handshake, and is refused there as whoever asks for nobody's name.
 * @see https://www.rfc-editor.org/rfc/rfc9525#section-6.3
 */
export function isCovered(names: readonly string[], name: string): boolean {
  if (isIP(name) !== 0) return false;
  const above = name.slice(name.indexOf('.') + 1);
  return names.includes(name) || (name.includes('.') && names.includes(`*.${above}`));
}

/** Names of an app, parted into those that a certificate covers and the others, each in the order given. */
export function partNames(
  names: readonly string[],
  of: readonly string[],
): { covered: string[]; others: string[] } {
  return {
    covered: of.filter((name) => isCovered(names, name)),
    others: of.filter((name) => !isCovered(names, name)),
  };
}
