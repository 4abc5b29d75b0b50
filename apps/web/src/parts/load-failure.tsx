'use client';
import { Button, ErrorNote } from '@fairlead/ui';
import type { UseQueryResult } from '@tanstack/react-query';
import { shownError } from '../data/problem.ts';

/** In place of what could not be read: why, and once more. */
export function LoadFailure({ query, what }: { query: UseQueryResult<unknown>; what: string }) {
  return (
    <ErrorNote title={`Could not read ${what}`} error={shownError(query.error)}>
      <Button size="sm" onClick={() => void query.refetch()}>
        Try again
      </Button>
    </ErrorNote>
  );
}
