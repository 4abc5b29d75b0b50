'use client';
import type { Deployment, DeploymentLog } from '@fairlead/api/types';
import { buttonClasses, Field, Input, LogView } from '@fairlead/ui';
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { count } from '../../../../../../parts/units.ts';
import { clock, useLog } from '../../../../../../parts/use-log.ts';
import { lanesOf } from './lanes.ts';

/** What every backend said, side by side, with one filter over all. */
export function DeploymentLogs({ deployment, live }: { deployment: Deployment; live: boolean }) {
  const { id, appId, operationId, releases } = deployment;
  const path = `/apps/${appId}/deployments/${id}/log`;
  const [filter, setFilter] = useState('');
  const log = useLog<DeploymentLog['items'][number]>(path, ['log', operationId ?? '', id], live);
  const lanes = useMemo(() => lanesOf(log.data?.lines ?? [], releases, filter), [log.data, releases, filter]);
  const hits = lanes.reduce((sum, { lines }) => sum + lines.length, 0);
  return (
    <section aria-label="Logs" className="flex min-w-0 flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <Field
          label="Find in the logs"
          hint={filter.trim() === '' ? 'Words in any case.' : `${count(hits, 'line')} found.`}
          className="w-full sm:w-72"
        >
          <Input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
        </Field>
        <a href={`/api/v1${path}.txt`} download className={buttonClasses('secondary', 'sm')}>
          <Download aria-hidden className="size-3.5" /> Download all
        </a>
      </div>
      <ul className="grid min-w-0 gap-3 lg:grid-cols-2">
        {lanes.map(({ serverId, name, lines, left }) => {
          const backendId = releases.find((release) => release.serverId === serverId)?.backendId;
          return (
            <li key={serverId ?? ''} className="flex min-w-0 flex-col gap-1">
              <LogView
                label={name}
                live={live}
                lines={lines.map((line) => ({ ...line, at: clock(line.at) }))}
                empty={
                  log.isPending
                    ? 'Reading…'
                    : left > 0
                      ? `None of its ${count(left, 'line')} has these words.`
                      : 'Nothing was said yet.'
                }
              />
              {backendId === undefined ? null : (
                <a
                  href={`/api/v1${path}.txt?backendId=${backendId}`}
                  download
                  className="self-end text-ink-muted text-xs underline underline-offset-2 hover:text-ink"
                >
                  Download {name}
                </a>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
