import { AppError, type ErrorCode, errorCodes } from '@fairlead/errors';
import { z } from 'zod';

const progressMessage = z.object({
  id: z.string(),
  event: z.literal('progress'),
  share: z.number().min(0).max(1).nullable().optional(),
  text: z.string().optional(),
});
const logMessage = z.object({
  id: z.string(),
  event: z.literal('log'),
  stream: z.enum(['stdout', 'stderr']),
  text: z.string(),
});
const resultMessage = z.object({
  id: z.string(),
  event: z.literal('result'),
  index: z.int().min(0),
  result: z.unknown(),
});
const successMessage = z.object({ id: z.string(), ok: z.literal(true), result: z.unknown() });
const failureMessage = z.object({
  id: z.string().nullable(),
  ok: z.literal(false),
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullish(),
    details: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** One line from the host program. */
export const hostMessage = z.union([
  progressMessage,
  logMessage,
  resultMessage,
  successMessage,
  failureMessage,
]);
export type HostMessage = z.infer<typeof hostMessage>;
export type HostProgress = Pick<z.infer<typeof progressMessage>, 'share' | 'text'>;
export type HostPart = Pick<z.infer<typeof resultMessage>, 'index' | 'result'>;
export type HostLog = Pick<z.infer<typeof logMessage>, 'stream' | 'text'>;

/** Parses one line; null when it is not a message of the protocol. */
export function parseHostMessage(line: string): HostMessage | null {
  try {
    return hostMessage.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

const mayPassByItself: ReadonlySet<ErrorCode> = new Set([
  'package-lock-held',
  'repository-unreachable',
  'nginx-not-live',
]);

/** A failure that the host program reported, as an AppError; a code that Fairlead does not know becomes `host-refused`. */
export function hostError(error: z.infer<typeof failureMessage>['error'], server: string): AppError {
  const code: ErrorCode = Object.hasOwn(errorCodes, error.code) ? (error.code as ErrorCode) : 'host-refused';
  return new AppError(code, error.message, {
    server,
    hint: error.hint ?? undefined,
    details: error.details ?? undefined,
    retryable: mayPassByItself.has(code),
  });
}
