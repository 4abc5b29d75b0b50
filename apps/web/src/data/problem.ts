import type { Problem } from '@fairlead/api/types';
import type { ShownError } from '@fairlead/ui';

/** An answer of the API that is not a success, with what it says for people. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }

  /** The parts that a note shows. */
  get shown(): ShownError {
    const { detail, hint, server, code } = this.problem;
    return { message: detail, hint, server, code };
  }

  /** Message by field name, as the request named its fields; `domains.0` counts for `domains` too. */
  get fields(): Record<string, string> {
    const fields: Record<string, string> = {};
    for (const { path, message } of this.problem.errors ?? []) {
      const name = path.split('.')[0] ?? path;
      fields[path] ??= message;
      fields[name] ??= message;
    }
    return fields;
  }
}

/** Anything that was thrown while asking, as something to show. */
export function shownError(thrown: unknown): ShownError {
  if (thrown instanceof ApiProblem) return thrown.shown;
  return {
    message: 'Fairlead did not answer.',
    hint: 'Check the connection between this browser and Fairlead, then try again.',
  };
}
