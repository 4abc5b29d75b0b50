import type { Problem } from '@fairlead/api/types';
import { ApiProblem } from './problem.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface RequestOptions {
  signal?: AbortSignal;
  /** The same key answers the same operation again, so a press that was sent twice counts once. */
  idempotencyKey?: string;
}

/** What an answer says when it fails: its problem document, or one made from its status. */
async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === 'object' && body !== null && 'detail' in body && 'code' in body) return body as Problem;
  return {
    type: 'about:blank',
    title: 'Unexpected answer',
    status: response.status,
    code: 'internal',
    detail: `Fairlead answered ${response.status} without saying why.`,
    hint: 'Try again; if it stays, look at the log of the web process.',
  };
}

/** Reads an answer of `/api/v1`, or throws an {@link ApiProblem}. */
export async function readAnswer<T>(response: Response): Promise<T> {
  if (!response.ok) throw new ApiProblem(await problemOf(response));
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** Asks `/api/v1` from the browser, with the session's cookie. */
export async function request<T>(
  method: Method,
  path: string,
  body?: unknown,
  options: RequestOptions = {},
): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    signal: options.signal,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.idempotencyKey ? { 'idempotency-key': options.idempotencyKey } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return readAnswer<T>(response);
}

/** A fresh idempotency key; `crypto.randomUUID` exists over HTTPS only, this works on plain HTTP too. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
