import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AppError } from '@fairlead/errors';
import { withDeadline } from './deadline.ts';

/**
 * The IP addresses of `address` (itself, when it is one), in the resolver's order.
 * Throws `dns-failed`; `server` is the name shown in the error.
 */
export async function resolveAddress(
  address: string,
  options: { timeoutMs: number; server?: string; signal?: AbortSignal },
): Promise<string[]> {
  if (isIP(address)) return [address];
  const timeout = () =>
    new AppError(
      'dns-failed',
      `The DNS did not answer for ${address} within ${options.timeoutMs / 1000} s.`,
      {
        ...where(options.server),
        hint: 'Try again; if it stays, use the IP address of the server.',
        retryable: true,
      },
    );
  try {
    const found = await withDeadline(
      lookup(address, { all: true, verbatim: true }),
      options.timeoutMs,
      timeout,
      options.signal,
    );
    return found.map((entry) => entry.address);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const temporary = (cause as NodeJS.ErrnoException).code === 'EAI_AGAIN';
    throw new AppError(
      'dns-failed',
      temporary
        ? `The DNS could not be asked about ${address} just now.`
        : `There is no DNS record for ${address}.`,
      {
        ...where(options.server),
        hint: 'Check the spelling, or use the IP address.',
        retryable: temporary,
        cause,
      },
    );
  }
}

function where(server: string | undefined): { server?: string } {
  return server === undefined ? {} : { server };
}
