import { Secret } from '@fairlead/errors';

/** What one backend's environment file holds: generated values, and over them the app's own, so that a hosted database can take the place of ours. */
export function effectiveEnvironment(
  generated: Record<string, string | Secret>,
  own: Record<string, string | Secret>,
): Record<string, string | Secret> {
  return Object.fromEntries(
    [...new Map([...Object.entries(generated), ...Object.entries(own)])].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The plain text of every value, for the host program's input alone. */
export function revealEnvironment(environment: Record<string, string | Secret>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([key, value]) => [
      key,
      value instanceof Secret ? value.reveal() : value,
    ]),
  );
}
