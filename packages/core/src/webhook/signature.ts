import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@fairlead/errors';

export const gitHosts = ['github', 'gitlab', 'bitbucket', 'gitea'] as const;
export type GitHost = (typeof gitHosts)[number];

/** A message as it came: header names in lower case, the body's bytes untouched. */
export interface Message {
  headers: Record<string, string>;
  body: Uint8Array;
}

interface Dialect {
  host: GitHost;
  /** Which header proves who sent it. */
  proof: string;
  /** `hmac`: HMAC-SHA-256 of the body in hex, behind `prefix`. `token`: the secret itself. */
  by: 'hmac' | 'token';
  prefix: string;
  event: string;
  /** Headers with an id of the delivery, the best first. */
  ids: readonly string[];
}

/**
 * In the order in which they are looked for: Gitea sends GitHub's headers beside its own.
 * https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries, https://docs.gitlab.com/user/project/integrations/webhooks/,
 * https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/, https://docs.gitea.com/usage/webhooks
 */
const dialects: readonly Dialect[] = [
  {
    host: 'gitea',
    proof: 'x-gitea-signature',
    by: 'hmac',
    prefix: '',
    event: 'x-gitea-event',
    ids: ['x-gitea-delivery'],
  },
  {
    host: 'github',
    proof: 'x-hub-signature-256',
    by: 'hmac',
    prefix: 'sha256=',
    event: 'x-github-event',
    ids: ['x-github-delivery'],
  },
  {
    host: 'gitlab',
    proof: 'x-gitlab-token',
    by: 'token',
    prefix: '',
    event: 'x-gitlab-event',
    ids: ['idempotency-key', 'x-gitlab-event-uuid'],
  },
  {
    host: 'bitbucket',
    proof: 'x-hub-signature',
    by: 'hmac',
    prefix: 'sha256=',
    event: 'x-event-key',
    ids: ['x-request-uuid'],
  },
];

export interface Proof {
  host: GitHost;
  isValid: boolean;
  /** Such as `push`, `Push Hook`, `repo:push`. */
  event: string;
  /** What the host calls this delivery, if that is told. */
  key: string | null;
  /** SHA-256 of the body where the body is what is signed; ids travel unsigned, so a body that was seen counts as seen under any id. */
  digest: string | null;
}

/** Who sent a message, by the header that proves it; null where there is none. Takes as long for a wrong proof as for a right one. */
export function examine({ headers, body }: Message, secret: Secret): Proof | null {
  const dialect = dialects.find(({ proof }) => headers[proof] !== undefined);
  if (dialect === undefined) return null;
  const { host, by, prefix } = dialect;
  const given = headers[dialect.proof] ?? '';
  const wanted =
    by === 'token'
      ? secret.reveal()
      : `${prefix}${createHmac('sha256', secret.reveal()).update(body).digest('hex')}`;
  const id = dialect.ids.map((name) => headers[name]).find((value) => value !== undefined && value !== '');
  return {
    host,
    isValid: isSame(given, wanted),
    event: headers[dialect.event] ?? '',
    key: id === undefined ? null : sha256(`${host}:${id}`),
    digest: by === 'hmac' || id === undefined ? sha256(body) : null,
  };
}

/** Compares hashes of both, whose length says nothing of theirs. */
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(
    createHash('sha256').update(given).digest(),
    createHash('sha256').update(wanted).digest(),
  );
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
