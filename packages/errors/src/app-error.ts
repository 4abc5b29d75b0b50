/** Every way in which Fairlead fails, with the HTTP status that an API edge answers. */
export const errorCodes = {
  'invalid-input': 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'illegal-transition': 409,
  'rate-limited': 429,
  'setup-closed': 403,
  'dns-failed': 502,
  'connection-refused': 502,
  'connection-timeout': 504,
  'connection-lost': 502,
  'host-key-unknown': 409,
  'host-key-changed': 409,
  'authentication-failed': 502,
  'sudo-missing': 502,
  'system-unsupported': 502,
  'host-program-missing': 502,
  'host-refused': 502,
  'fenced-off': 409,
  'ansible-failed': 502,
  'package-lock-held': 502,
  'disk-full': 502,
  'repository-unreachable': 502,
  'network-list-unreachable': 502,
  'branch-not-found': 422,
  'commit-not-found': 422,
  'build-failed': 502,
  'command-failed': 502,
  'start-failed': 502,
  'never-healthy': 502,
  'nginx-test-failed': 502,
  'nginx-foreign-fault': 502,
  'nginx-not-live': 502,
  'port-taken': 502,
  'database-failed': 502,
  'firewall-failed': 502,
  'acme-failed': 502,
  cancelled: 409,
  'lease-lost': 409,
  internal: 500,
} as const;

/** A key of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

export interface AppErrorOptions {
  /** What to do next, one sentence for the person who reads it. */
  hint?: string;
  /** Name of the server on which it happened. */
  server?: string;
  /** Data safe to show: field errors, output without secrets. */
  details?: Record<string, unknown>;
  /** The same attempt may succeed later without a change by a person. */
  retryable?: boolean;
  cause?: unknown;
}

/** The one error of Fairlead: `message` is public; `cause` is for the log alone. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly server: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.server = options.server;
    this.details = options.details;
    this.retryable = options.retryable ?? false;
  }

  /** HTTP status of this error's code. */
  get status(): number {
    return errorCodes[this.code];
  }

  /** The part that may leave the process: stored with an operation, answered by the API. */
  toPublic(): {
    code: ErrorCode;
    message: string;
    hint?: string;
    server?: string;
    details?: Record<string, unknown>;
  } {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.server === undefined ? {} : { server: this.server }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Anything thrown, as an AppError; what is not one becomes `internal` with a message that gives nothing away. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  return new AppError('internal', 'Something went wrong inside Fairlead.', {
    hint: 'Try again; if it stays, look at the log of the web or worker process.',
    cause: thrown,
  });
}
