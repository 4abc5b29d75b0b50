/** What apps run on. */
export const runtimes = ['node', 'php', 'python', 'static'] as const;
export type Runtime = (typeof runtimes)[number];

/** Whether an app of the runtime is a process of its own, begun by its start command; Nginx and PHP-FPM serve the others. */
export const hasProcess = (runtime: string): boolean => runtime === 'node' || runtime === 'python';
