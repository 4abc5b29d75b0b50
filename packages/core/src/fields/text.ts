import * as z from 'zod';

/** Names of apps, servers and tokens: ASCII, so that no two look alike. */
export const nameSchema = z
  .string()
  .min(1, 'Give it a name.')
  .max(60)
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9])?$/,
    'Use letters a–z, digits, space, dot, hyphen and underscore; begin and end with a letter or digit.',
  );

/** Names of people and organizations: any script, no control or direction-changing characters, no angle brackets. */
export const personNameSchema = z
  .string()
  .trim()
  .min(1, 'Give a name.')
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>]+$/u, 'This name holds characters that can not be shown.');

/** An account on a server. */
export const unixUserSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'Give the name of a Linux user, e.g. root or debian.');

/** One line for `sh -c`, run as the app's own user: the tenant's code. Empty means none. */
export const commandSchema = z
  .string()
  .max(4096)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  .regex(/^[^\x00-\x08\x0a-\x1f\x7f]*$/, 'Write the command on one line; join several with &&.')
  .transform((text) => (text.trim() === '' ? null : text.trim()))
  .nullable();

/** A version of Node.js or Python by its first numbers, `22` or `22.12`, or at least that, `>=3.11`. Empty means whichever the server has. */
export const runtimeVersionSchema = z
  .string()
  .max(20)
  .transform((text) => text.trim() || null)
  .pipe(
    z
      .string()
      .regex(/^(?:>=)?\d{1,2}(?:\.\d{1,3}){0,2}$/, 'Give a version, e.g. 22, 22.12 or >=3.11.')
      .nullable(),
  )
  .nullable();

/** A path below the release: `public`, `dist/site`. Empty, or a dot, means the release itself. */
export const documentRootSchema = z
  .string()
  .max(200)
  .regex(
    /^(?:\.|(?:(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*(?:\/|$))*)$/,
    'Give a path inside the repository, e.g. public.',
  )
  .transform((text) => text.replace(/\/$/, ''))
  .transform((text) => (text === '' || text === '.' ? null : text))
  .nullable();

/** A file below the app's folder that says how an image is made: `Dockerfile`, `docker/web.Dockerfile`, `compose.yaml`. Empty means `Dockerfile`. */
export const containerFileSchema = z
  .string()
  .max(200)
  .transform((text) => text || null)
  .pipe(
    z
      .string()
      .regex(
        /^(?!\.\.?(?:\/|$)|\.git(?:\/|$))[A-Za-z0-9_.][A-Za-z0-9._-]*(?:\/(?!\.\.?(?:\/|$)|\.git(?:\/|$))[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/,
        'Give a file inside the app’s folder, e.g. Dockerfile or compose.yaml.',
      )
      .nullable(),
  )
  .nullable();

/** A service of a compose file, by the names that the Compose Specification allows; none begins with a hyphen. Empty means the only one that is built, of several the only one with ports. */
export const containerServiceSchema = z
  .string()
  .max(100)
  .transform((text) => text || null)
  .pipe(
    z
      .string()
      .regex(/^[A-Za-z0-9._][A-Za-z0-9._-]*$/, 'Give the name of a service of the compose file, e.g. web.')
      .nullable(),
  )
  .nullable();

/** Where an app listens in its container. */
export const containerPortSchema = z.int().min(1).max(65_535).nullable();

/** A folder below the release, which no part of leads out of it or to what Git and Fairlead keep there. */
export const folderSchema = z
  .string()
  .max(200)
  .transform((text) => text.replace(/\/$/, ''))
  .pipe(
    z
      .string()
      .regex(
        /^(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*(?:\/(?!\.)[A-Za-z0-9_.][A-Za-z0-9._-]*)*$/,
        'Give a folder inside the app, e.g. storage/app.',
      ),
  );

const pathCharacters = /^\/[A-Za-z0-9._~!$&'()*+,=:/?%-]*$/;

function isSafePath(path: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
  if (/[\x00-\x20\x7f{};@#"\\<>`|^[\]]/.test(decoded) || /%2f/i.test(path)) return false;
  const [beforeQuery = ''] = decoded.split('?');
  if (beforeQuery.includes('//') || decoded.includes('%')) return false;
  return !beforeQuery.split('/').some((segment) => segment === '.' || segment === '..');
}

/** The path that health checks ask for, with a query if need be. */
export const healthPathSchema = z
  .string()
  .max(512)
  .refine(
    (path) => pathCharacters.test(path) && isSafePath(path),
    'Give an absolute path without spaces, e.g. /health; no //, no dot segments.',
  );

/** Names of branches, by `git check-ref-format` and tighter: letters, digits and `._/+#@-`. */
export const branchSchema = z.string().min(1).max(200).refine(isRefName, 'This is not the name of a branch.');

/** Names of tags, by the same rule. */
export const tagSchema = z.string().min(1).max(200).refine(isRefName, 'This is not the name of a tag.');

function isRefName(name: string): boolean {
  return (
    /^[A-Za-z0-9_][A-Za-z0-9._/+#@-]*$/.test(name) &&
    !/\.\.|\/\/|\/\.|\.lock(?:\/|$)|@\{|\/-/.test(name) &&
    !/[./]$/.test(name) &&
    name !== 'HEAD' &&
    !name.startsWith('refs/')
  );
}

/** A full commit id. */
export const commitSchema = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'Give the full commit id: 40 hexadecimal digits.');

export const idSchema = z.uuid('This is not an id.');

/** A string that the caller chose so that a repeated request has one effect. */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'Use up to 200 visible ASCII characters.')
  .optional();
