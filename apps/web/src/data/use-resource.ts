'use client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { request } from './request.ts';
import type { Resource } from './resources.ts';

interface ResourceOptions {
  enabled?: boolean;
  /** Ask again this often, beside the events: for what changes without one. */
  refetchMs?: number;
}

/** Reads a resource: what is remembered at once, the newest as soon as it is there. */
export function useResource<T>(resource: Resource<T>, options: ResourceOptions = {}): UseQueryResult<T> {
  return useQuery({
    queryKey: resource.key,
    queryFn: ({ signal }) => request<T>('GET', resource.path, undefined, { signal }),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchMs,
  });
}
