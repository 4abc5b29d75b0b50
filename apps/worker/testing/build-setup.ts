import { execFileSync } from 'node:child_process';

/** Builds the worker before the files that start one; nothing to do where it is built as it stands. */
export default function buildWorker(): void {
  execFileSync('npx', ['turbo', 'run', 'build', '--filter=@fairlead/worker'], { stdio: 'inherit' });
}
