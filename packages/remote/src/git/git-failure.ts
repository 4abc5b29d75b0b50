import { AppError } from '@fairlead/errors';

/** How a Git command failed. */
export interface GitOutcome {
  host: string;
  stderr: string;
  timedOut: boolean;
  tooMuch: boolean;
  cause?: unknown;
}

/** Why Git could not read a repository; also found as `details.reason`. */
export type GitFailureReason =
  | 'timeout'
  | 'too-large'
  | 'authentication'
  | 'host-key'
  | 'not-found'
  | 'refused'
  | 'dns'
  | 'tls'
  | 'redirect'
  | 'no-shallow'
  | 'no-object'
  | 'other';

const patterns: readonly (readonly [pattern: RegExp, reason: GitFailureReason])[] = [
  [/does not support shallow|dumb http transport/i, 'no-shallow'],
  [/not our ref|couldn't find remote ref|unadvertised object/i, 'no-object'],
  [/redirection|HTTP 30\d|error: 30\d/i, 'redirect'],
  [
    /could not read (username|password)|terminal prompts disabled|authentication failed|error: 40[13]/i,
    'authentication',
  ],
  [/host key verification failed|host identification has changed/i, 'host-key'],
  [/permission denied/i, 'authentication'],
  [
    /repository .*not found|error: 404|does not appear to be a git repository|access denied or repository not exported/i,
    'not-found',
  ],
  [/could not resolve host/i, 'dns'],
  [/ssl|certificate|gnutls/i, 'tls'],
  [/timed out|timeout|low speed|too slow/i, 'timeout'],
  [/connection refused|failed to connect|couldn't connect|no route to host|unable to connect/i, 'refused'],
];

/** A failed Git command as `repository-unreachable` with its cause told apart in the message and in `details.reason`. */
export function gitFailure(outcome: GitOutcome): AppError {
  const reason = reasonOf(outcome);
  const [message, hint, retryable] = words(reason, outcome.host);
  return new AppError('repository-unreachable', message, {
    hint,
    retryable,
    details: { reason, output: outcome.stderr.trim().slice(-500) },
    cause: outcome.cause,
  });
}

function reasonOf(outcome: GitOutcome): GitFailureReason {
  if (outcome.timedOut) return 'timeout';
  if (outcome.tooMuch) return 'too-large';
  return patterns.find(([pattern]) => pattern.test(outcome.stderr))?.[1] ?? 'other';
}

function words(reason: GitFailureReason, host: string): [message: string, hint: string, retryable: boolean] {
  const privateHint = 'For a private repository give the app a token, or a deploy key and its SSH address.';
  switch (reason) {
    case 'timeout':
      return [
        `${host} did not answer in time.`,
        'Try again; check that the host serves Git to the outside.',
        true,
      ];
    case 'too-large':
      return [`${host} answered more than Fairlead reads.`, 'Use a repository with fewer branches.', false];
    case 'authentication':
      return [`${host} asks who is there: the repository does not exist or is private.`, privateHint, false];
    case 'host-key':
      return [
        `${host} showed another host key than the one that was confirmed.`,
        'If its operator changed it, look at the new key in the app’s settings and confirm it.',
        false,
      ];
    case 'not-found':
      return [
        `${host} has no such repository, or shows it to nobody without a key.`,
        `Check the address. ${privateHint}`,
        false,
      ];
    case 'refused':
      return [`${host} refused the connection.`, 'Check the address and port of the repository.', true];
    case 'dns':
      return [`There is no DNS record for ${host}.`, 'Check the spelling of the repository address.', false];
    case 'tls':
      return [`${host} has no valid certificate.`, 'Use the name for which its certificate was made.', false];
    case 'redirect':
      return [`${host} says that the repository has moved.`, 'Use its new address.', false];
    case 'no-shallow':
    case 'no-object':
    case 'other':
      return [`${host} did not answer as a Git server.`, 'Check the address of the repository.', false];
  }
}
