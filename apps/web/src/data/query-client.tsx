'use client';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ApiProblem } from './problem.ts';

/** The session has ended elsewhere: nothing here can be read any more. */
function leaveWhenSignedOut(error: Error): void {
  if (error instanceof ApiProblem && error.problem.status === 401) window.location.assign('/sign-in');
}

/** The browser's memory of what was read. An answer that says no is not asked for again. */
export function DataProvider({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
        defaultOptions: {
          queries: {
            staleTime: 15_000,
            retry: (count, error) =>
              !(error instanceof ApiProblem && error.problem.status < 500) && count < 2,
          },
        },
      }),
  );
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
