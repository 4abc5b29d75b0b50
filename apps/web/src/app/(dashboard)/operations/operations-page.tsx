'use client';
import type { Operation } from '@fairlead/api/types';
import { Button, EmptyState, PageHeader, TableSkeleton } from '@fairlead/ui';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Activity } from 'lucide-react';
import { request } from '../../../data/request.ts';
import { type OperationFilter, resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';
import { LoadFailure } from '../../../parts/load-failure.tsx';
import { count } from '../../../parts/units.ts';
import { OperationFilters } from './operation-filters.tsx';
import { OperationTable } from './operation-table.tsx';

interface OperationPageAnswer {
  items: Operation[];
  nextCursor: string | null;
}

/** Older pages come when they are asked for; the first is the one that lives. */
function useOlder(filter: OperationFilter, cursor: string | null) {
  return useInfiniteQuery({
    queryKey: ['operations', 'older', JSON.stringify(filter), cursor],
    queryFn: ({ pageParam, signal }) =>
      request<OperationPageAnswer>(
        'GET',
        resources.operations({ ...filter, cursor: pageParam }).path,
        undefined,
        {
          signal,
        },
      ),
    initialPageParam: cursor ?? '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    enabled: false,
  });
}

/** Everything that ran, by whom, newest first. */
export function OperationsPage({ filter }: { filter: OperationFilter }) {
  const newest = useResource(resources.operations(filter));
  const overview = useResource(resources.overview);
  const cursor = newest.data?.nextCursor ?? null;
  const older = useOlder(filter, cursor);
  const items = [...(newest.data?.items ?? []), ...(older.data?.pages.flatMap((page) => page.items) ?? [])];
  const more = older.data ? older.hasNextPage : cursor !== null;
  const running = overview.data?.running.length ?? 0;
  const filtered = Object.values(filter).some(Boolean);
  return (
    <>
      <PageHeader
        title="Operations"
        answer={
          running > 0 ? `${count(running, 'operation')} running or waiting now.` : 'Nothing is running now.'
        }
      />
      <OperationFilters filter={filter} />
      {newest.data ? (
        <>
          <OperationTable
            operations={items}
            empty={
              <EmptyState
                icon={<Activity />}
                title={filtered ? 'No operation is like that' : 'Nothing has run yet'}
              >
                {filtered
                  ? 'Loosen the filters above.'
                  : 'Every check, preparation, deployment and balancer change stands here with its steps and its log, and stays.'}
              </EmptyState>
            }
          />
          {more && items.length > 0 ? (
            <Button
              className="mt-4"
              pending={older.isFetching && 'Reading…'}
              onClick={() => void (older.data ? older.fetchNextPage() : older.refetch())}
            >
              Show older ones
            </Button>
          ) : null}
        </>
      ) : newest.isError ? (
        <LoadFailure query={newest} what="the operations" />
      ) : (
        <TableSkeleton rows={8} label="Reading the operations" />
      )}
    </>
  );
}
