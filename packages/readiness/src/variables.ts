import { type Evidence, inEnvironment, inFile } from './finding.ts';
import type { Environment } from './input.ts';
import type { Repository } from './repository.ts';

/** Where a variable gets its value from. The value itself is for judging alone. */
export interface Variable {
  value: string;
  evidence: (text: string) => Evidence;
}

/** What a process reads under a name. */
export type Variables = (name: string) => Variable | null;

/** The environment that Fairlead gives, and below it the `.env` files of the repository where the framework reads them. */
export function readVariables(
  repository: Repository,
  environment: Environment,
  files: readonly string[],
): Variables {
  const committed = new Map<string, Variable>();
  for (const path of files) {
    for (const [name, { value, line }] of parseEnvironmentFile(repository.texts.get(path) ?? '')) {
      committed.set(name, { value, evidence: (text) => inFile(path, line, text) });
    }
  }
  return (name) =>
    Object.hasOwn(environment, name)
      ? { value: environment[name] ?? '', evidence: (text) => inEnvironment(name, text) }
      : (committed.get(name) ?? null);
}

/** `NAME=value` lines; quotes around a value and comments after it are taken away. */
export function parseEnvironmentFile(text: string): Map<string, { value: string; line: number }> {
  const found = new Map<string, { value: string; line: number }>();
  text.split('\n').forEach((line, n) => {
    const [, name, rest] =
      /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=(.*)$/.exec(line.slice(0, 2_000)) ?? [];
    if (name !== undefined) found.set(name, { value: unquote((rest ?? '').trim()), line: n + 1 });
  });
  return found;
}

function unquote(text: string): string {
  const quote = text.charAt(0);
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, 1);
    return end === -1 ? text.slice(1) : text.slice(1, end);
  }
  const comment = text.search(/\s#/);
  return (comment === -1 ? text : text.slice(0, comment)).trim();
}

/** Whether an address, a URL or a socket leads to the machine that asks: then every backend has one of its own. */
export function isLocalHost(text: string): boolean {
  const host =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?]*)/i.exec(text)?.[1] ?? text.replace(/:\d+$/, '');
  return /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|\/.*)$/i.test(host);
}
