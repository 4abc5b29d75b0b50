'use client';
import type { Accepted, Operation } from '@fairlead/api/types';
import { notify, type ShownError } from '@fairlead/ui';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { rememberOperation } from './events.ts';
import { ApiProblem, shownError } from './problem.ts';
import { freshKey, type Method, request } from './request.ts';

export interface ActionRequest {
  method: Method;
  path: string;
  body?: unknown;
}

interface ActionOptions<T> {
  /** What could not be done, for the note: `Could not add the server`. */
  failure: string;
  onSuccess?: (answer: T) => void;
  /** Said in the corner when there is no operation to link to. */
  success?: string;
  /** Errors are shown by the caller alone (beside its fields), not in the corner. */
  quiet?: boolean;
}

export interface Action<T> {
  run: (asked: ActionRequest, then?: { onSuccess?: (answer: T) => void; onSettled?: () => void }) => void;
  pending: boolean;
  /** What was answered last. */
  answer: T | undefined;
  /** What went wrong, without what belongs to a field. */
  error: ShownError | null;
  /** Message by field. */
  fields: Record<string, string>;
  reset: () => void;
}

const hasOperation = (answer: unknown): answer is Accepted =>
  typeof answer === 'object' && answer !== null && 'operation' in answer;

function announceOperation(operation: Operation): void {
  notify({
    title: operation.title,
    tone: 'deploying',
    action: (
      <Link href={`/operations/${operation.id}`} className="underline underline-offset-2">
        Watch the operation
      </Link>
    ),
  });
}

/** Sends a change. A `202` puts its operation on the page at once and links to it. */
export function useAction<T = Accepted>(options: ActionOptions<T>): Action<T> {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: (asked: ActionRequest) =>
      request<T>(asked.method, asked.path, asked.body ?? (asked.method === 'POST' ? {} : undefined), {
        idempotencyKey: freshKey(),
      }),
    onSuccess: (answer) => {
      if (hasOperation(answer)) {
        rememberOperation(client, answer.operation);
        announceOperation(answer.operation);
      } else if (options.success) {
        notify({ title: options.success, tone: 'healthy' });
      }
      options.onSuccess?.(answer);
      void client.invalidateQueries();
    },
    onError: (thrown) => {
      if (options.quiet) return;
      const { message, hint, server } = shownError(thrown);
      notify({
        title: options.failure,
        description: [server ? `${server}: ${message}` : message, hint].filter(Boolean).join(' '),
        tone: 'unhealthy',
      });
    },
  });
  const fields = mutation.error instanceof ApiProblem ? mutation.error.fields : {};
  const fieldsAlone = Object.keys(fields).length > 0;
  return {
    run: mutation.mutate,
    pending: mutation.isPending,
    answer: mutation.data,
    error:
      mutation.error && !fieldsAlone
        ? shownError(mutation.error)
        : fieldsAlone
          ? { message: 'Some fields need another look.' }
          : null,
    fields,
    reset: mutation.reset,
  };
}
