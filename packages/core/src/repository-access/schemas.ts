import * as z from 'zod';
import { idSchema } from '../fields/text.ts';

export const repositoryAccessInput = z.strictObject({ appId: idSchema });

export const setRepositoryTokenBody = z.strictObject({
  /** GitHub, GitLab and Gitea take any; a deploy token of GitLab has its own. Bitbucket's access tokens want `x-token-auth`. */
  username: z
    .string()
    .regex(/^[A-Za-z0-9._@+-]{1,100}$/, 'Use letters, digits and . _ @ + -.')
    .default('x-token-auth'),
  token: z.string().regex(/^[\x21-\x7e]{8,1000}$/, 'A token is 8 to 1,000 visible ASCII characters.'),
});
export const setRepositoryTokenInput = setRepositoryTokenBody.extend(repositoryAccessInput.shape);

export const confirmRepositoryHostKeyBody = z.strictObject({
  fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'This is not a fingerprint: SHA256:….'),
});
export const confirmRepositoryHostKeyInput = confirmRepositoryHostKeyBody.extend(repositoryAccessInput.shape);
