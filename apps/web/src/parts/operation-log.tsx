'use client';
import type { LogLine } from '@fairlead/api/types';
import { LogView } from '@fairlead/ui';
import { useMemo } from 'react';
import { clock, useLog } from './use-log.ts';

interface OperationLogProps {
  operationId: string;
  /** It is still being written. */
  live: boolean;
  /** Only what this step wrote. */
  stepId?: string | null;
}

/** What the servers said while an operation ran. */
export function OperationLog({ operationId, live, stepId }: OperationLogProps) {
  const log = useLog<LogLine>(`/operations/${operationId}/log`, ['log', operationId], live);
  const lines = useMemo(
    () =>
      (log.data?.lines ?? [])
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
