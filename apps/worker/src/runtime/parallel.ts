import { AppError, toAppError } from '@fairlead/errors';
import { Stopped } from './stop-reason.ts';

/** How one of several pieces of work that ran side by side ended. */
export type Outcome<T, R> = { item: T; ok: true; value: R } | { item: T; ok: false; error: unknown };

/** Runs `work` on all items at once and waits for every one of them, also when one fails: nothing is left running behind its caller. */
export async function settleAll<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<Outcome<T, R>[]> {
  return Promise.all(
    items.map(async (item): Promise<Outcome<T, R>> => {
      try {
        return { item, ok: true, value: await work(item) };
      } catch (error) {
        return { item, ok: false, error };
      }
    }),
  );
}

/**
 * Like {@link settleAll}, but a failure of any is a failure of all. One failure is thrown as it is; several become one error with the code of
 * the first that names how many failed.
 */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const outcomes = await settleAll(items, work);
  if (outcomes.every((outcome) => outcome.ok)) return outcomes.map((outcome) => outcome.value);
  return throwFailures(outcomes);
}

/** {@link inParallel} for different pieces of work; answers what each of them did. */
export async function together<const W extends readonly (() => Promise<unknown>)[]>(
  ...works: W
): Promise<{ [I in keyof W]: Awaited<ReturnType<W[I]>> }> {
  return (await inParallel(works, (work) => work())) as { [I in keyof W]: Awaited<ReturnType<W[I]>> };
}

/** Throws what failed among these, as {@link inParallel} says. Having to stop outranks every other failure. */
export function throwFailures(outcomes: readonly Outcome<unknown, unknown>[]): never {
  const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error]));
  throw errors.find((error) => error instanceof Stopped) ?? combined(errors);
}

function combined(errors: readonly unknown[]): unknown {
  const [first] = errors;
  if (errors.length === 1) return first;
  const publicErrors = errors.map(toAppError);
  const head = toAppError(first);
  const where = publicErrors.map((error) => error.server).filter((server) => server !== undefined);
  return new AppError(head.code, head.message, {
    hint: head.hint,
    server: head.server,
    details: { ...head.details, failures: errors.length, servers: [...new Set(where)] },
    retryable: publicErrors.every((error) => error.retryable),
    cause: first,
  });
}
