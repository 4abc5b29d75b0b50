/** What apps run on. */
export const runtimes = ['node', 'php', 'python', 'static', 'docker'] as const;
export type Runtime = (typeof runtimes)[number];

/** Whether an app of the runtime is a process of its own, begun by its start command; Nginx and PHP-FPM serve the others. */
export const hasProcess = (runtime: string): boolean => needsStartCommand(runtime) || runtime === 'docker';

/** Where an app of the runtime finds the loopback of its server: a container has one of its own (slirp4netns(1); `release/engine.py`). */
export const serverLoopback = (runtime: string): string => (runtime === 'docker' ? '10.0.2.2' : '127.0.0.1');

/** Whether an app of the runtime can't begin without a start command; an image has its own. */
export const needsStartCommand = (runtime: string): boolean => runtime === 'node' || runtime === 'python';

/** Whether the file that says how an image is made is a compose file: by its ending. */
export const isComposeFile = (file: string | null): boolean => /\.ya?ml$/.test(file ?? '');

/** Where an app listens in its container if nothing else is said; `PORT` says it there. */
export const defaultContainerPort = 8080;

/** Whether a version is what is asked for: `22`, `22.12` and `22.12.0` by their numbers, `>=22` at least. The host program judges by the same rule (`release/toolchain.py`). */
export function satisfiesVersion(version: string, asked: string): boolean {
  const [, least, text = ''] = /^(>=)?(\d{1,2}(?:\.\d{1,3}){0,2})$/.exec(asked) ?? [];
  const wanted = text.split('.').map(Number);
  const has = version.split('.').map(Number);
  const different = wanted.findIndex((part, index) => part !== has[index]);
  if (text === '') return false;
  if (different === -1) return true;
  return least !== undefined && (has[different] ?? -1) > (wanted[different] ?? 0);
}

const usesNode = /(?:^|[\s;&|(])(?:node|npm|npx|pnpm|pnpx|yarn)(?=[\s;&|)]|$)/;

/** What a server needs for the app: what it runs on, and what its build asks for, as pages of an app of any runtime may be built with Node.js. */
export function runtimesOf(app: {
  runtime: string;
  installCommand: string | null;
  buildCommand: string | null;
}): Runtime[] {
  const builds = [app.installCommand, app.buildCommand].some((command) => usesNode.test(command ?? ''));
  const own = app.runtime as Runtime;
  return builds && own !== 'node' ? ['node', own] : [own];
}
