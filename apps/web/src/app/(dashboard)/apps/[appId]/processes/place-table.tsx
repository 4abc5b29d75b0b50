import { type Column, RelativeTime, StateBadge, Table } from '@fairlead/ui';
import { formatMemory } from '../../../../../parts/units.ts';
import { badgeOf, lastRunInWords, memoryOf, type Place, restartsOf } from './process-words.ts';

function StateCell({ place }: { place: Place }) {
  return (
    <span className="min-w-0 max-sm:text-right">
      <StateBadge state={badgeOf[place.state]} />
      {place.reason ? <span className="block max-w-72 text-ink-muted text-xs">{place.reason}</span> : null}
      {place.seenAt ? (
        <span className="block text-ink-faint text-xs">
          seen <RelativeTime at={place.seenAt} />
        </span>
      ) : null}
    </span>
  );
}

function MemoryCell({ place }: { place: Place }) {
  const { used, limit } = memoryOf(place);
  if (used === null || place.state === 'unknown' || place.state === 'waiting')
    return <span className="text-ink-faint">–</span>;
  return (
    <span className="tabular whitespace-nowrap">
      {formatMemory(used)}
      {limit === null ? null : <span className="text-ink-muted"> of {formatMemory(limit)}</span>}
    </span>
  );
}

const server: Column<Place> = {
  key: 'server',
  header: 'Backend',
  primary: true,
  cell: ({ serverName }) => <span className="font-medium">{serverName}</span>,
};
const state: Column<Place> = { key: 'state', header: 'State', cell: (place) => <StateCell place={place} /> };

const ofWorkers: Column<Place>[] = [
  server,
  state,
  {
    key: 'restarts',
    header: 'Restarts',
    align: 'right',
    cell: (place) => {
      const restarts = restartsOf(place);
      if (place.state === 'unknown' || place.state === 'waiting')
        return <span className="text-ink-faint">–</span>;
      return <span className={restarts > 0 ? 'tabular text-unhealthy-ink' : 'tabular'}>{restarts}</span>;
    },
  },
  { key: 'memory', header: 'Memory', align: 'right', cell: (place) => <MemoryCell place={place} /> },
];

const ofCron: Column<Place>[] = [
  server,
  state,
  {
    key: 'last',
    header: 'Last run',
    cell: ({ lastRun }) =>
      lastRun === null ? (
        <span className="text-ink-faint">none seen</span>
      ) : (
        <span className="max-sm:text-right">
          <RelativeTime at={lastRun.startedAt} />
          <span className="block text-ink-muted text-xs">{lastRunInWords(lastRun)}</span>
        </span>
      ),
  },
];

/** What a process does on each of its backends. */
export function PlaceTable({
  kind,
  name,
  places,
}: {
  kind: 'worker' | 'cron';
  name: string;
  places: Place[];
}) {
  return (
    <Table
      label={`${name} on its backends`}
      columns={kind === 'worker' ? ofWorkers : ofCron}
      rows={places}
      rowKey={({ backendId }) => backendId}
      empty={<p className="text-ink-muted text-sm">On no backend.</p>}
    />
  );
}
