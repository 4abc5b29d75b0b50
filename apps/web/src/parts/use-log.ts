'use client';
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from '../data/request.ts';

interface Page<Line> {
  items: Line[];
  nextAfter: string | null;
  more: boolean;
}

export interface Log<Line> {
  lines: Line[];
  after: string | null;
}

/** Everything after what is known already, page by page until there is no more. */
async function readOn<Line>(path: string, known: Log<Line>, signal: AbortSignal): Promise<Log<Line>> {
  let { lines, after } = known;
  for (;;) {
    const search = after === null ? '' : `?after=${after}`;
    const page = await request<Page<Line>>('GET', `${path}${search}`, undefined, { signal });
    if (page.items.length > 0) lines = [...lines, ...page.items];
    after = page.nextAfter ?? after;
    if (!page.more) return { lines, after };
  }
}

/** A log that grows; read on from where one was, never from the start again. `queryKey` begins as `data/events.ts` names the log of an operation. */
export function useLog<Line>(
  path: string,
  queryKey: readonly string[],
  live: boolean,
): UseQueryResult<Log<Line>> {
  const client = useQueryClient();
  return useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      readOn<Line>(path, client.getQueryData<Log<Line>>(queryKey) ?? { lines: [], after: null }, signal),
    refetchInterval: live ? 2000 : false,
    staleTime: live ? 0 : 5000,
    structuralSharing: false,
  });
}

/** The time of day at which a line was written. */
export const clock = (at: string) => new Date(at).toLocaleTimeString('en', { hour12: false });
