'use client';
import { Button, Select } from '@fairlead/ui';
import { useRouter } from 'next/navigation';
import { type OperationFilter, resources } from '../../../data/resources.ts';
import { useResource } from '../../../data/use-resource.ts';

const statuses = [
  { value: 'any', label: 'Any state' },
  { value: 'queued', label: 'Queued' },
  { value: 'running', label: 'Running' },
  { value: 'succeeded', label: 'Succeeded' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
];

/** Narrows the list; the choice stands in the address, so that it can be sent to somebody. */
export function OperationFilters({ filter }: { filter: OperationFilter }) {
  const router = useRouter();
  const apps = useResource(resources.apps);
  const servers = useResource(resources.servers);
  const choose = (change: OperationFilter) => {
    const entries = Object.entries({ ...filter, ...change }).filter(([, value]) => value && value !== 'any');
    const search = new URLSearchParams(entries as [string, string][]).toString();
    router.replace(search === '' ? '/operations' : `/operations?${search}`, { scroll: false });
  };
  const named = (word: string, items: { id: string; name: string }[] | undefined) => [
    { value: 'any', label: word },
    ...(items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <Select
        label="State"
        className="w-36"
        options={statuses}
        value={filter.status ?? 'any'}
        onChange={(status) => choose({ status })}
      />
      <Select
        label="App"
        className="w-40"
        options={named('Any app', apps.data?.items)}
        value={filter.appId ?? 'any'}
        onChange={(appId) => choose({ appId })}
      />
      <Select
        label="Server"
        className="w-40"
        options={named('Any server', servers.data?.items)}
        value={filter.serverId ?? 'any'}
        onChange={(serverId) => choose({ serverId })}
      />
      {Object.values(filter).some(Boolean) ? (
        <Button variant="ghost" onClick={() => router.replace('/operations', { scroll: false })}>
          Clear filters
        </Button>
      ) : null}
    </div>
  );
}
