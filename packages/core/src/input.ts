import { AppError } from '@fairlead/errors';
import type { z } from 'zod';

/** One refused field; `path` as in `domains.0`, empty for the input as a whole. */
export interface FieldError {
  path: string;
  message: string;
}

/** An `invalid-input` error that names the fields. */
export function invalidInput(errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
  return new AppError('invalid-input', `${where}${first?.message ?? 'The input is not valid.'}`, {
    details: { errors },
  });
}

/** A `conflict` that belongs to one field. */
export function fieldConflict(path: string, message: string, hint?: string): AppError {
  return new AppError('conflict', message, {
    details: { errors: [{ path, message }] },
    ...(hint ? { hint } : {}),
  });
}

/** A 404 for an id inside the input: the same answer whether it is nobody's or somebody else's. */
export function missingReference(path: string, what: string): AppError {
  const message = `There is no such ${what}.`;
  return new AppError('not-found', message, { details: { errors: [{ path, message }] } });
}

/** Issues of zod as field errors; an unknown field is named itself, not the object that it was found in. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...path, key].join('.'),
        message: 'There is no such field.',
      }));
    }
    if (issue.code === 'invalid_key') {
      const reason = issue.issues[0]?.message ?? 'This name is not allowed.';
      return [{ path: path.join('.'), message: reason }];
    }
    return [{ path: path.join('.'), message: issue.message }];
  });
}

/**
 * The second line of every use-case.
 * @throws AppError `invalid-input` with `details.errors: FieldError[]`
 */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const hidden = findPrototypeKey(input, []);
  if (hidden !== undefined) throw invalidInput([{ path: hidden, message: 'There is no such field.' }]);
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(fieldErrors(result.error.issues));
}

/** JSON may hold an own key `__proto__`, over which schemas step in silence. */
function findPrototypeKey(value: unknown, path: string[]): string | undefined {
  if (typeof value !== 'object' || value === null || path.length > 8) return undefined;
  for (const key of Object.getOwnPropertyNames(value)) {
    if (key === '__proto__') return [...path, key].join('.');
    const found = findPrototypeKey((value as Record<string, unknown>)[key], [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}
