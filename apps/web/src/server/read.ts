import { headers } from 'next/headers';
import { readAnswer } from '../data/request.ts';
import type { Resource } from '../data/resources.ts';
import { handleApi } from './api.ts';

/** Asks `/api/v1` within this process, as the person whose request is being rendered; no way over the network. */
export async function readResource<T>(resource: Resource<T>): Promise<T> {
  const cookie = (await headers()).get('cookie') ?? '';
  const request = new Request(`http://fairlead.internal/api/v1${resource.path}`, {
    headers: { accept: 'application/json', cookie },
  });
  return readAnswer<T>(await handleApi(request));
}
