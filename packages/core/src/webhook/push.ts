import * as z from 'zod';
import type { Message, Proof } from './signature.ts';

/** One reference that a push moved; `commit` null: it was deleted. */
export interface PushedRef {
  ref: string;
  commit: string | null;
}

const commit = z.string().regex(/^[0-9a-f]{40}$/);
const ref = z.string().regex(/^refs\/[^\s\p{Cc}]{1,250}$/u);
const none = '0'.repeat(40);
const events = new Set(['push', 'Push Hook', 'Tag Push Hook', 'repo:push']);

/** GitHub, GitLab and Gitea say it alike. */
const plainPush = z
  .object({ ref, after: commit })
  .transform((push): PushedRef[] => [{ ref: push.ref, commit: push.after === none ? null : push.after }]);

const bitbucketEnd = z.object({ type: z.string(), name: z.string().max(250) });
const bitbucketPush = z
  .object({
    push: z.object({
      changes: z
        .array(
          z.object({
            new: bitbucketEnd.extend({ target: z.object({ hash: commit }) }).nullable(),
            old: bitbucketEnd.nullable(),
          }),
        )
        .max(1000),
    }),
  })
  .transform(({ push }) =>
    push.changes.flatMap((change): PushedRef[] => {
      const end = change.new ?? change.old;
      if (end === null) return [];
      const folder = end.type === 'branch' ? 'heads' : 'tags';
      return [{ ref: `refs/${folder}/${end.name}`, commit: change.new?.target.hash ?? null }];
    }),
  );

/** What a signed message says was pushed; `[]` where it is no push; null where it can't be read. */
export function readPush({ headers, body }: Message, { host, event }: Proof): PushedRef[] | null {
  if (!events.has(event)) return [];
  const parsed = (host === 'bitbucket' ? bitbucketPush : plainPush).safeParse(jsonOf(headers, body));
  return parsed.success ? parsed.data : null;
}

/** The body's JSON; GitHub and Gitea send it as the field `payload` of a form, if they are told to. */
function jsonOf(headers: Record<string, string>, body: Uint8Array): unknown {
  const text = Buffer.from(body).toString('utf8');
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers['content-type'] ?? '');
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get('payload') ?? '') : text);
  } catch {
    return undefined;
  }
}
