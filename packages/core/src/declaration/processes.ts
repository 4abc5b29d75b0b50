import { invalidInput } from '../input.ts';
import type { ProcessSettings } from '../process/settings.ts';
import { declarationFile, parseDeclaration } from './parse.ts';

/**
 * The processes that a `fairlead.yml` declares, each placed on all backends or on the primary. Of an app in a folder the root's file speaks only where it names that
 * folder. Throws as {@link parseDeclaration}.
 */
export function declaredProcessesOf(
  text: string | null,
  { folder = null, file = declarationFile }: { folder?: string | null; file?: string } = {},
): ProcessSettings[] {
  if (text === null) return [];
  const { workers = {}, cron = {}, commands = {}, rootDirectory } = parseDeclaration(text, file).values;
  if (folder !== null && file === declarationFile && rootDirectory !== folder) return [];
  const found: ProcessSettings[] = [
    ...Object.entries(workers).map(
      ([name, worker]): ProcessSettings => ({ name, kind: 'worker', ...worker, backendId: null }),
    ),
    ...Object.entries(cron).map(
      ([name, entry]): ProcessSettings => ({ name, kind: 'cron', ...entry, backendId: null }),
    ),
    ...Object.entries(commands).map(
      ([name, command]): ProcessSettings => ({ name, kind: 'command', ...command }),
    ),
  ];
  const twice = found.find(({ name }, index) => found.some((other, i) => i < index && other.name === name));
  if (twice === undefined) return found;
  throw invalidInput([{ path: file, message: `Two processes are called ${twice.name}.` }]);
}
