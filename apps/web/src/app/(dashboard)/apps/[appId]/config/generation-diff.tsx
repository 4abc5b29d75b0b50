'use client';
import type { ConfigSummary } from '@fairlead/api/types';
import { DiffView, Note, Select, Skeleton } from '@fairlead/ui';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';

interface GenerationDiffProps {
  appId: string;
  generation: number;
  /** Where the comparison begins: the generation that was applied before. */
  previous: number;
  items: ConfigSummary[];
}

/** How one generation differs from any other: + is what it has, − what the other has. */
export function GenerationDiff({ appId, generation, previous, items }: GenerationDiffProps) {
  const [against, setAgainst] = useState(previous);
  const query = useResource(resources.config(appId, generation, against === previous ? null : against));
  const options = items
    .filter((item) => item.generation !== generation)
    .map((item) => ({
      value: String(item.generation),
      label: `Generation ${item.generation}`,
      ...(item.current ? { detail: 'served now' } : {}),
    }));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2 text-sm">
        <Select
          label="Compare with"
          className="w-56"
          options={options}
          value={String(against)}
          onChange={(value) => setAgainst(Number(value))}
        />
        <span className="text-ink-muted">compared with generation {generation}</span>
      </div>
      {query.data ? (
        <>
          {query.data.diff === '' ? (
            <Note>The text is the same; only what stands behind it changed.</Note>
          ) : (
            <DiffView diff={query.data.diff} path={query.data.path} />
          )}
          {query.data.streams === null || query.data.streams.diff === '' ? null : (
            <DiffView diff={query.data.streams.diff} path={query.data.streams.path} />
          )}
        </>
      ) : query.isError ? (
        <LoadFailure query={query} what="the comparison" />
      ) : (
        <Skeleton className="h-64 rounded-lg" />
      )}
    </div>
  );
}
