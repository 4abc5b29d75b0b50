import { AppError } from '@fairlead/errors';
import { type OfferedHostKey, scanHostKey } from '../host-key-scan.ts';
import type { GitOptions } from './git-command.ts';
import { reachableAddress } from './reachable-address.ts';
import { parseRepositoryAddress } from './repository-address.ts';

/** The host key that the server of an SSH repository shows; nothing is trusted or signed in to. Throws `invalid-input`, `repository-unreachable`. */
export async function repositoryHostKey(
  repositoryUrl: string,
  { allowPrivateNetworks = false, timeoutMs = 15_000 }: GitOptions = {},
): Promise<OfferedHostKey> {
  const { transport, host, port } = parseRepositoryAddress(repositoryUrl);
  if (transport !== 'ssh')
    throw new AppError('invalid-input', 'Only servers that speak SSH have a host key.');
  const ip = await reachableAddress(host, { allowPrivateNetworks, timeoutMs: Math.min(timeoutMs, 10_000) });
  try {
    return await scanHostKey(ip, port, { name: host, limits: { handshakeTimeoutMs: timeoutMs } });
  } catch (cause) {
    const { hint = 'Check the repository’s address.' } = cause instanceof AppError ? cause : {};
    throw new AppError('repository-unreachable', `${host} did not show its SSH host key.`, { hint, cause });
  }
}
