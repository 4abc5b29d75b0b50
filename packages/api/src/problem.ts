import type { FieldError } from '@fairlead/core';
import { type AppError, type ErrorCode, errorCodes, toAppError } from '@fairlead/errors';
import { HTTPException } from 'hono/http-exception';
import type { Problem } from './schemas/shared.ts';

/** Titles per code: `not-found` → `Not found`. */
function titleOf(code: ErrorCode): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** RFC 9457 for an AppError: the one map from errors to HTTP. */
export function toProblem(error: AppError): Problem {
  const { code, message, hint, server, details } = error.toPublic();
  const { errors, ...rest } = (details ?? {}) as { errors?: FieldError[] };
  return {
    type: `urn:fairlead:error:${code}`,
    title: titleOf(code),
    status: errorCodes[code],
    code,
    detail: message,
    ...(hint === undefined ? {} : { hint }),
    ...(server === undefined ? {} : { server }),
    ...(errors === undefined ? {} : { errors }),
    ...(Object.keys(rest).length === 0 ? {} : { details: rest }),
  };
}

/** A problem with another status than its code's: what HTTP itself refuses. */
export function httpProblem(status: number, code: ErrorCode, detail: string): Problem {
  return { type: `urn:fairlead:error:${code}`, title: titleOf(code), status, code, detail };
}

export function problemResponse(problem: Problem, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

/** Whatever was thrown, as an answer; `report` hears of what should not happen. */
export function answerError(thrown: unknown, report: (error: AppError) => void): Response {
  if (thrown instanceof HTTPException) {
    const detail =
      thrown.status === 400 ? 'The body is not valid JSON.' : thrown.message || 'The request was refused.';
    return problemResponse(httpProblem(thrown.status, 'invalid-input', detail));
  }
  const error = toAppError(thrown);
  if (error.code === 'internal') report(error);
  const retryAfter = error.details?.retryAfterSeconds;
  return problemResponse(
    toProblem(error),
    typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {},
  );
}
