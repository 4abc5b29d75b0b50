import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Screenshots, traces, logs: kept after a run, never committed. */
export const artefacts = join(dirname(fileURLToPath(import.meta.url)), 'artefacts');
/** Port of the dashboard under test. */
export const stackPort = 18_200;
/** Leads to it from the browser's own network. */
export const stackSocket = '/run/fairlead-e2e.sock';
/** What the stack tells the tests; written when it is ready. */
export const stackFile = join(artefacts, 'stack.json');

export interface Stack {
  setupToken: string;
  repositoryUrl: string;
  /** `POST <console>/<machine>` runs the body as root on that machine: a person at its console. */
  consoleUrl: string;
  machines: { name: string; address: string }[];
}

export function readStack(): Stack {
  return JSON.parse(readFileSync(stackFile, 'utf8')) as Stack;
}
