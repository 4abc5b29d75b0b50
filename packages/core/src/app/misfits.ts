import { isComposeFile, needsStartCommand } from './runtimes.ts';

interface RuntimeSettings {
  runtime: string;
  installCommand: string | null;
  buildCommand: string | null;
  documentRoot: string | null;
  runtimeVersion: string | null;
  containerFile: string | null;
  containerService: string | null;
  containerPort: number | null;
}

interface Settings extends RuntimeSettings {
  startCommand: string | null;
  healthIntervalMs: number;
  healthTimeoutMs: number;
}

const ofContainers = ['containerFile', 'containerService', 'containerPort'] as const;

/** Where an image takes the place of what the other runtimes are told. */
const ofOthers = {
  installCommand: 'The image’s file installs packages: leave this out.',
  buildCommand: 'The image’s file builds the app: leave this out.',
  runtimeVersion: 'The image’s file names the version: leave this out.',
  documentRoot: 'The container serves its files itself: leave this out.',
} as const;

/** A setting that does not fit, and what to do: `path` is the field. */
export interface Misfit {
  path: string;
  message: string;
}

/** The settings of an app that do not fit together. */
export function misfits(app: Settings): Misfit[] {
  const found: Misfit[] = [];
  const refuse = (path: string, message: string) => found.push({ path, message });
  if (needsStartCommand(app.runtime) && app.startCommand === null)
    refuse('startCommand', 'Say how the app starts, e.g. node server.js.');
  if (app.healthTimeoutMs > app.healthIntervalMs)
    refuse('healthTimeoutMs', 'The timeout must fit into the interval.');
  return [...found, ...misfitsOfRuntime(app)];
}

/** What is not of the app's runtime. */
export function misfitsOfRuntime(app: RuntimeSettings): Misfit[] {
  const found: Misfit[] = [];
  const refuse = (path: string, message: string) => found.push({ path, message });
  if (app.runtime !== 'docker') {
    for (const field of ofContainers)
      if (app[field] !== null) refuse(field, 'This is for apps of runtime docker alone: leave it out.');
    return found;
  }
  for (const field of Object.keys(ofOthers) as (keyof typeof ofOthers)[])
    if (app[field] !== null) refuse(field, ofOthers[field]);
  if (app.containerService !== null && !isComposeFile(app.containerFile))
    refuse('containerService', 'Services are of compose files: name one, e.g. compose.yaml, as the file.');
  return found;
}
