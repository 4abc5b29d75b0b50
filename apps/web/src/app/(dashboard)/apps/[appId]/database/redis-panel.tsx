'use client';
import type { App, Redis } from '@fairlead/api/types';
import {
  Button,
  Copyable,
  KeyValue,
  type KeyValueRow,
  Note,
  Panel,
  RelativeTime,
  StateBadge,
} from '@fairlead/ui';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { resources } from '../../../../../data/resources.ts';
import { useResource } from '../../../../../data/use-resource.ts';
import { LoadFailure } from '../../../../../parts/load-failure.tsx';
import { count, formatMemory } from '../../../../../parts/units.ts';
import { useMay } from '../../../../../shell/me.tsx';
import { policies } from './redis-policies.ts';

const SetRedisDialog = dynamic(() => import('./redis-dialogs.tsx').then((module) => module.SetRedisDialog), {
  ssr: false,
});
const RotateRedisDialog = dynamic(
  () => import('./redis-dialogs.tsx').then((module) => module.RotateRedisDialog),
  { ssr: false },
);
const RemoveRedisDialog = dynamic(
  () => import('./redis-dialogs.tsx').then((module) => module.RemoveRedisDialog),
  { ssr: false },
);

type Wanted = NonNullable<Redis['redis']>;

/** The app's Redis on its primary: whether it is wanted, what was seen of it, and who reaches it. */
export function RedisPanel({ app }: { app: App }) {
  const read = useResource(resources.redis(app.id));
  const [open, setOpen] = useState<'set' | 'rotate' | 'remove' | null>(null);
  const may = useMay();
  if (read.isError) return <LoadFailure query={read} what="Redis" />;
  if (read.data === undefined) return null;
  const { redis } = read.data;
  const close = () => setOpen(null);
  return (
    <Panel
      title="Redis"
      description="For sessions, cache and queues that all backends share: the app’s own process on its primary."
      aside={
        may('redis.set') ? (
          <span className="flex gap-2">
            <Button size="sm" onClick={() => setOpen('set')}>
              {redis === null ? 'Add Redis' : redis.leaving ? 'Keep it' : 'Change'}
            </Button>
            {redis === null || redis.leaving ? null : (
              <Button size="sm" onClick={() => setOpen('remove')}>
                Remove
              </Button>
            )}
          </span>
        ) : null
      }
    >
      {redis === null ? (
        <p className="text-ink-muted text-sm">
          {app.name} has none. Backends would reach it by the private network, with an account of its own and
          one firewall rule for each of them.
        </p>
      ) : (
        <RedisFacts redis={redis} onRotate={may('redis.rotate') ? () => setOpen('rotate') : null} />
      )}
      {open === 'set' ? <SetRedisDialog app={app} redis={redis} onClose={close} /> : null}
      {open === 'rotate' ? <RotateRedisDialog app={app} onClose={close} /> : null}
      {open === 'remove' ? <RemoveRedisDialog app={app} onClose={close} /> : null}
    </Panel>
  );
}

function RedisFacts({ redis, onRotate }: { redis: Wanted; onRotate: (() => void) | null }) {
  const rows: KeyValueRow[] = [
    { label: 'State', value: <State redis={redis} /> },
    ...seenRows(redis),
    {
      label: 'Host',
      value: redis.host ? <Copyable text={redis.host} label="Copy Redis host" /> : 'not known yet',
    },
    { label: 'Port', value: <span className="tabular">{redis.port}</span> },
    { label: 'User', value: <Copyable text={redis.user} label="Copy Redis user" /> },
    {
      label: 'Password',
      value: (
        <span className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <span className="text-ink-muted">
            in the environment of each backend as REDIS_PASSWORD and in REDIS_URL, and nowhere else
            {redis.rotating ? '; backends are going over to another one, and both open Redis' : ''}
            {redis.passwordSetAt === null || redis.rotating ? null : (
              <>
                ; made <RelativeTime at={redis.passwordSetAt} />
              </>
            )}
          </span>
          {onRotate !== null && redis.placed && !redis.leaving ? (
            <Button size="sm" onClick={onRotate}>
              {redis.rotating ? 'Finish the change' : 'Change password'}
            </Button>
          ) : null}
        </span>
      ),
    },
    { label: 'When full', value: policies[redis.policy] },
  ];
  return (
    <>
      <KeyValue className="-my-2.5" rows={rows} />
      {redis.leaving || redis.pending ? (
        <div className="mt-4">
          <Note tone={redis.leaving ? 'warning' : undefined}>
            {redis.leaving
              ? 'The next deployment takes it away, with all that it holds. Until then backends go on using it.'
              : 'The next deployment brings this to the primary and its account to the backends.'}
          </Note>
        </div>
      ) : null}
    </>
  );
}

/** Never green for what nobody has seen. */
function State({ redis }: { redis: Wanted }) {
  if (!redis.placed) return <span className="text-ink-muted">not there yet</span>;
  const states = { running: 'healthy', down: 'unhealthy', unknown: 'unknown' } as const;
  const words = { running: 'Running', down: 'Does not answer', unknown: 'Unknown' };
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <StateBadge state={states[redis.state]} label={words[redis.state]} />
      <span className="text-ink-muted text-sm">
        {redis.seenAt === null ? (
          'not looked at yet'
        ) : (
          <>
            looked at <RelativeTime at={redis.seenAt} />
          </>
        )}
      </span>
    </span>
  );
}

function seenRows({ seen, state, memoryMib }: Wanted): KeyValueRow[] {
  const limit = formatMemory(memoryMib * 2 ** 20);
  if (seen === null || state !== 'running') return [{ label: 'Memory', value: `${limit} at most` }];
  return [
    {
      label: 'Memory',
      value: `${formatMemory(seen.usedMemoryBytes)} of ${formatMemory(seen.maxMemoryBytes)}${seen.evictedKeys > 0 ? `; ${count(seen.evictedKeys, 'key')} dropped to make room` : ''}`,
    },
    { label: 'Connections', value: <span className="tabular">{seen.clients}</span> },
    {
      label: 'On disk',
      value: seen.writesToDisk
        ? 'every write, within a second'
        : 'the last write failed: see its journal on the server',
    },
    { label: 'Version', value: seen.version },
  ];
}
