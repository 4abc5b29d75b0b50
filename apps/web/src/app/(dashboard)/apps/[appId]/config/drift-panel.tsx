'use client';
import dynamic from 'next/dynamic';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';

// Loaded where there is something: most of the time there is not.
const DriftList = dynamic(() => import('./drift-list.tsx').then((module) => module.DriftList), {
  ssr: false,
});

/** What somebody changed on the app's servers, both sides, and the way back. Nothing while all is as it was put there. */
export function DriftPanel({ appId }: { appId: string }) {
  const query = useResource(resources.drift(appId));
  const items = query.data?.items ?? [];
  return items.length === 0 ? null : <DriftList appId={appId} items={items} />;
}
