import type { App } from '@fairlead/db';

/** Limits of an app's processes on each backend; a member is null where there is none. */
export type Limits = Pick<App, 'memoryMib' | 'cpuPercent' | 'tasks'>;

/** What an app says of them; null where it says nothing. */
export function limitsOf({ memoryMib, cpuPercent, tasks }: Limits): Limits | null {
  const hasNone = memoryMib === null && cpuPercent === null && tasks === null;
  return hasNone ? null : { memoryMib, cpuPercent, tasks };
}
