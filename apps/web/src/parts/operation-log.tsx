'use client';
import type { LogLine, LogPage } from '@fairlead/api/types';
import { LogView } from '@fairlead/ui';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { request } from '../data/request.ts';

interface Log {
  lines: LogLine[];
  after: string | null;
}

const none: Log = { lines: [], after: null };

/** Everything after what is known already, page by page until there is no more. */
async function readOn(operationId: string, known: Log, signal: AbortSignal): Promise<Log> {
  let { lines, after } = known;
  for (;;) {
    const search = after === null ? '' : `?after=${after}`;
    const page = await request<LogPage>('GET', `/operations/${operationId}/log${search}`, undefined, {
      signal,
    });
    if (page.items.length > 0) lines = [...lines, ...page.items];
    after = page.nextAfter ?? after;
    if (!page.more) return { lines, after };
  }
}

const clock = (at: string) => new Date(at).toLocaleTimeString('en', { hour12: false });

interface OperationLogProps {
  operationId: string;
  /** It is still being written. */
  live: boolean;
  /** Only what this step wrote. */
  stepId?: string | null;
}

/** What the servers said while an operation ran; read on from where one was, never from the start again. */
export function OperationLog({ operationId, live, stepId }: OperationLogProps) {
  const client = useQueryClient();
  const queryKey = ['log', operationId];
  const log = useQuery({
    queryKey,
    queryFn: ({ signal }) => readOn(operationId, client.getQueryData<Log>(queryKey) ?? none, signal),
    refetchInterval: live ? 2000 : false,
    staleTime: live ? 0 : 5000,
    structuralSharing: false,
  });
  const lines = useMemo(
    () =>
      (log.data ?? none).lines
        .filter((line) => !stepId || line.stepId === stepId)
        .map((line) => ({ id: line.id, text: line.text, stream: line.stream, at: clock(line.at) })),
    [log.data, stepId],
  );
  return (
    <LogView
      label="Log"
      lines={lines}
      live={live}
      empty={log.isPending ? 'Reading…' : live ? 'Nothing was said yet.' : 'Nothing was said.'}
    />
  );
}
