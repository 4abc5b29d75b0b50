import * as z from 'zod';

/** Directories that everybody may use. */
export const acmeDirectories = [
  {
    url: 'https://acme-v02.api.letsencrypt.org/directory',
    name: 'Let’s Encrypt',
    terms: 'https://letsencrypt.org/repository/',
  },
  {
    url: 'https://acme-staging-v02.api.letsencrypt.org/directory',
    name: 'Let’s Encrypt, staging: for tries, browsers do not trust it',
    terms: 'https://letsencrypt.org/repository/',
  },
] as const;

const directoryUrlSchema = z
  .url({ protocol: /^https$/, error: 'Give the address of a directory: https://…' })
  .max(500)
  .refine((url) => {
    const { username, password, hash } = new URL(url);
    return username === '' && password === '' && hash === '';
  }, 'An address of a directory names no user and no part of a page.');

export const setAcmeAccountInput = z.strictObject({
  directoryUrl: directoryUrlSchema.default(acmeDirectories[0].url),
  /** Where the authority may write to. */
  email: z.email('This is no e-mail address.').max(254).nullable().default(null),
  /** The terms of the directory, which its owner has to agree to. */
  termsAgreed: z.literal(true, 'It takes your word that you agree to the directory’s terms.'),
});
export type SetAcmeAccountBody = z.input<typeof setAcmeAccountInput>;
