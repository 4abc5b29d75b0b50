'use client';
import type { App } from '@fairlead/api/types';
import { resources } from '../../../../data/resources.ts';
import { useResource } from '../../../../data/use-resource.ts';

/** The app of the frame around this page; undefined for the moment in which it is read anew. */
export function useApp(appId: string): App | undefined {
  return useResource(resources.app(appId)).data;
}
