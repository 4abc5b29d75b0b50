import { parseRepositoryUrl, type RepositoryAddress } from '../fields/repository-url.ts';
import { invalidInput } from '../input.ts';

/** Who a repository is asked from: a credential for one place is never shown to another. */
export interface RepositoryPlace {
  transport: RepositoryAddress['transport'];
  /** `https://git.example`, `ssh://git.example:2222`; the port only where it is not the transport's own. */
  place: string;
}

/** @throws AppError `invalid-input` for what is no repository's address */
export function placeOf(repositoryUrl: string): RepositoryPlace {
  const parsed = parseRepositoryUrl(repositoryUrl);
  if (typeof parsed === 'string') throw invalidInput([{ path: 'repositoryUrl', message: parsed }]);
  const { transport, host } = parsed;
  const port = /^[a-z]+:\/\/(?:[^@/]*@)?(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(repositoryUrl)?.[1];
  const usual = { https: '443', http: '80', ssh: '22' }[transport];
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    transport,
    place: `${transport}://${shown}${port === undefined || port === usual ? '' : `:${port}`}`,
  };
}
