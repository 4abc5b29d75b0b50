import { AppError } from '@fairlead/errors';
import { isAllowed } from '../allowed-address.ts';
import { resolveAddress } from '../resolve.ts';

/**
 * The first address of `host` that Git may talk to. It must be the one that Git is then pinned to: a second resolution could answer otherwise.
 * Throws `repository-unreachable` when the name resolves to nothing or to what is not allowed.
 */
export async function reachableAddress(
  host: string,
  options: { allowPrivateNetworks: boolean; timeoutMs: number; signal?: AbortSignal },
): Promise<string> {
  let addresses: string[];
  try {
    addresses = await resolveAddress(host, options);
  } catch (error) {
    if (error instanceof AppError && error.code === 'cancelled') throw error;
    throw new AppError('repository-unreachable', `There is no DNS record for ${host}.`, {
      hint: 'Check the spelling of the repository address.',
      details: { reason: 'dns' },
      cause: error,
    });
  }
  const allowed = addresses.find((address) => isAllowed(address, options.allowPrivateNetworks));
  if (allowed) return allowed;
  throw new AppError(
    'repository-unreachable',
    `${host} is an address inside this network, where no repository is looked for.`,
    {
      hint: 'Use a repository that is reachable from outside, or allow private networks on this installation.',
      details: { reason: 'private-network' },
    },
  );
}
