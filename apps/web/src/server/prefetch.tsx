import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query';
import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';
import { ApiProblem } from '../data/problem.ts';
import type { Resource } from '../data/resources.ts';
import { readResource } from './read.ts';

interface PrefetchProps {
  /** What the page cannot do without: answered `404`, the page is not found. */
  subject?: Resource<unknown>;
  /** What it shows besides; an answer that fails is left to the browser, which then says why. */
  resources?: Resource<unknown>[];
  children: ReactNode;
}

/** Hands the page its data with its first bytes. */
export async function Prefetch({ subject, resources = [], children }: PrefetchProps) {
  const client = new QueryClient();
  const read = async (resource: Resource<unknown>, needed: boolean) => {
    try {
      client.setQueryData(resource.key, await readResource(resource));
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown;
      if (needed && thrown.problem.status === 404) notFound();
    }
  };
  await Promise.all([
    ...(subject ? [read(subject, true)] : []),
    ...resources.map((resource) => read(resource, false)),
  ]);
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>;
}
