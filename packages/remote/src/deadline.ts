import { AppError } from '@fairlead/errors';

/** The error of an attempt that its caller gave up. */
export function cancelled(cause?: unknown): AppError {
  return new AppError('cancelled', 'Cancelled.', { cause });
}

/**
 * `work`, or `onTimeout()` thrown after `timeoutMs`, or `cancelled` thrown on abort. The work itself is not stopped:
 * whoever calls this ends what it started.
 */
export async function withDeadline<T>(
  work: Promise<T>,
  timeoutMs: number,
  onTimeout: () => AppError,
  signal?: AbortSignal,
): Promise<T> {
  if (signal?.aborted) {
    work.catch(() => undefined);
    throw cancelled(signal.reason);
  }
  return await new Promise<T>((resolve, reject) => {
    const onAbort = () => settle(() => reject(cancelled(signal?.reason)));
    const timer = setTimeout(() => settle(() => reject(onTimeout())), timeoutMs);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      end();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    work.then(
      (value) => settle(() => resolve(value)),
      (error: unknown) => settle(() => reject(error)),
    );
  });
}
