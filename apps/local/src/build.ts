import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { repositoryRoot } from './places.ts';

/** Builds the dashboard and the worker; Turborepo's cache makes it quick when nothing has changed. */
export async function build(): Promise<void> {
  await promisify(execFile)('npx', ['turbo', 'run', 'build', '--output-logs=errors-only'], {
    cwd: repositoryRoot,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NEXT_TELEMETRY_DISABLED: '1' },
  }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`The build failed:\n${error.stdout ?? ''}${error.stderr ?? ''}`.slice(-6000));
  });
}
